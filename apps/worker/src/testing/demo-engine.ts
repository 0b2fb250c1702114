/** The demo engine as a process of its own, for tests: it may crash and be started again on the same port. */
import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { fieldsOf, listOf, parseJson, textOf } from '../comfy/json.ts'

const bin = fileURLToPath(new URL('../../../demo-engine/bin/demo-engine.ts', import.meta.url))

export class DemoEngine implements AsyncDisposable {
  readonly folder: string
  url = ''
  #child: ChildProcess | undefined

  private constructor(folder: string) {
    this.folder = folder
  }

  /** Starts one on a free port, with its files in `folder`. */
  static async start(folder: string): Promise<DemoEngine> {
    const engine = new DemoEngine(folder)
    await engine.#spawn('0')
    return engine
  }

  /** Starts it anew on the port it had: queue and history are empty then. */
  async restart(): Promise<void> {
    await this.#end()
    await this.#spawn(new URL(this.url).port)
  }

  /** Ends the process as a crash would. */
  async kill(): Promise<void> {
    const child = this.#child
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return
    child.kill('SIGKILL')
    await once(child, 'exit')
  }

  /** Switches faults, e.g. `{ slowNodeMs: 300 }`. */
  async faults(wanted: Record<string, number>): Promise<void> {
    await this.#post('/__faults', wanted)
  }

  /** Ids of the prompts in the history. */
  async history(): Promise<string[]> {
    const answer = await fetch(`${this.url}/history`)
    return Object.keys(fieldsOf(await answer.json()))
  }
  async isIdle(): Promise<boolean> {
    const answer = await fetch(`${this.url}/queue`)
    const queue = fieldsOf(await answer.json())
    return [queue['queue_running'], queue['queue_pending']].every(rows => listOf(rows).length === 0)
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#end()
  }

  async #post(path: string, body: unknown): Promise<void> {
    const answer = await fetch(this.url + path, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    })
    if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`)
  }

  async #spawn(port: string): Promise<void> {
    const args = [bin, '--port', port, '--base-directory', this.folder, '--allow-faults']
    const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'ignore'] })
    this.#child = child
    for await (const line of createInterface({ input: child.stdout })) {
      this.url = textOf(fieldsOf(parseJson(line))['url'])
      child.stdout.resume()
      return
    }
    throw new Error('the demo engine ended before it listened')
  }

  async #end(): Promise<void> {
    await this.kill()
  }
}

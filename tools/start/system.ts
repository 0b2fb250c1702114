import { execFileSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { readConfig } from 'bp-backend/config/config'
import { loadSecrets } from 'bp-backend/config/secrets'
import { startBackend, type Backend } from 'bp-backend/start-backend'
import { buildIfStale } from 'bp-frontend/server/build-if-stale'
import { createFrontend } from 'bp-frontend/server/create-frontend'
import { takeDataFolder } from './data-folder.ts'
import { startDemoEngine } from './demo-engine.ts'
import { listenAtFrontDoor } from './front-door.ts'
import { portTaken } from './port-owner.ts'
import { rootFolder, type Settings } from './settings.ts'

export interface System {
  readonly url: string
  /** A fresh one-time sign-in link for the owner. */
  makeLink(): Promise<string>
  close(): Promise<void>
}

/**
 * Brings everything up. What can be refused (folder, ports) is asked for first and answers at once; the slow
 * parts (build of the pages, engine, backend) then start side by side. A failure closes what was open.
 */
export async function startSystem(
  settings: Settings,
  say: (line: string) => void,
): Promise<System> {
  await using opened = new AsyncDisposableStack()
  const folder = opened.use(takeDataFolder(settings.dataFolder))
  mkdirSync(join(settings.dataFolder, 'logs'), { recursive: true })
  const door = await listenAtFrontDoor(settings.port)
  opened.defer(() => door.close())

  const pages = buildIfStale()
  // Awaited below; a failure before that must not end the process without its sentence.
  pages.catch(() => undefined)
  const commit = commitOf(rootFolder)
  const engine =
    settings.engineUrl === undefined
      ? opened.adopt(
          await startDemoEngine({
            dataFolder: settings.dataFolder,
            faults: settings.engineFaults,
            say,
          }),
          running => running.close(),
        )
      : { url: settings.engineUrl }
  const controlSecret = randomBytes(32).toString('base64url')
  const backend = opened.use(
    await openBackend(settings, { url: door.url, engineUrl: engine.url, controlSecret, commit }),
  )
  const { dir, built } = await pages
  if (built) say('The pages were built.')
  const serveFile = createFrontend({
    dir,
    commit,
    mediaOrigins: [backend.filesUrl],
    uploadOrigins: [backend.uploadsUrl],
  })
  door.open((request, response) => {
    const path = request.url ?? '/'
    if (path.startsWith('/api/') || path === '/metrics') backend.handleRequest(request, response)
    else if (!serveFile(request, response)) backend.handleRequest(request, response)
  })
  folder.writeRun({
    pid: process.pid,
    started_at_ms: Math.round(performance.timeOrigin),
    url: door.url,
    files_url: backend.filesUrl,
    engine_url: engine.url,
    data: settings.dataFolder,
    control_secret: controlSecret,
  })
  // Closed in the opposite order: the backend drains its workers while door and engine still serve them.
  const all = opened.move()
  return {
    url: door.url,
    makeLink: async () => (await backend.makeLink()).url,
    close: () => all.disposeAsync(),
  }
}

/** The backend with what this machine gives it, in the same words in which a container would get it. */
async function openBackend(
  settings: Settings,
  place: { url: string; engineUrl: string; controlSecret: string; commit: string },
): Promise<Backend> {
  const given: Record<string, string | undefined> = {
    ...process.env,
    BP_DATA: settings.dataFolder,
    BP_HOST: '127.0.0.1',
    BP_PORT: new URL(place.url).port,
    BP_PUBLIC_URL: place.url,
    BP_FILES_PORT: String(settings.filesPort),
    BP_EFFECTS: join(rootFolder, 'effects'),
    BP_WORKER_ENTRY: join(rootFolder, 'apps/worker/bin/worker.ts'),
    BP_LOG_LEVEL: settings.logLevel,
    BP_LOG_FILE: join(settings.dataFolder, 'logs', 'backend.log'),
    BP_CONTROL_SECRET: place.controlSecret,
    BP_COMMIT: place.commit,
    COMFYUI_URL: place.engineUrl,
    COMFYUI_FOLDER:
      settings.engineUrl === undefined ? join(settings.dataFolder, 'engine') : undefined,
  }
  try {
    const secrets = await loadSecrets(settings.dataFolder, given)
    return await startBackend(readConfig(given), secrets)
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EADDRINUSE') {
      throw portTaken(settings.filesPort, 'BP_FILES_PORT')
    }
    throw error
  }
}

/** The commit of this checkout, for `/api/version`; an archive without git has none. */
function commitOf(folder: string): string {
  try {
    return execFileSync('git', ['rev-parse', '--short=12', 'HEAD'], {
      cwd: folder,
      stdio: ['ignore', 'pipe', 'ignore'],
      timeout: 2_000,
    })
      .toString()
      .trim()
  } catch {
    return 'unknown'
  }
}

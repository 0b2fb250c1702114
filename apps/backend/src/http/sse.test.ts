import { createServer } from 'node:http'
import { connect } from 'node:net'
import { expect, it } from 'vitest'
import { openEventStream, type EventStream } from './sse.ts'

/** A stream whose reader never reads. */
async function openUnread() {
  const opened = Promise.withResolvers<EventStream>()
  const server = createServer((_request, response) => {
    opened.resolve(openEventStream(response, {}))
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const bound = server.address()
  const port = typeof bound === 'object' && bound !== null ? bound.port : 0
  const socket = connect(port, '127.0.0.1')
  socket.pause()
  socket.write('GET / HTTP/1.1\r\nhost: x\r\n\r\n')
  return {
    stream: await opened.promise,
    close: async () => {
      socket.destroy()
      server.closeAllConnections()
      await new Promise<void>(resolve => server.close(() => resolve()))
    },
  }
}
const big = 'x'.repeat(100_000)

it('leaves out progress for a slow reader, and cuts it when what matters finds no room', async () => {
  const { stream, close } = await openUnread()
  // Far more than the kernel's buffers hold.
  for (let n = 0; n < 200; n++) stream.write('progress', { big }, { droppable: true })
  expect(stream.signal.aborted).toBe(false)
  for (let n = 0; n < 200 && !stream.signal.aborted; n++) {
    stream.write('job', { big }, {})
    await new Promise(resolve => setImmediate(resolve))
  }
  await expect.poll(() => stream.signal.aborted).toBe(true)
  // Writing into what has ended is no error: a hint may come at any time.
  stream.write('job', {}, {})
  stream.end('late')
  await close()
})

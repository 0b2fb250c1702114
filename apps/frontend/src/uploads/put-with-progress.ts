/** A `fetch` for one PUT that tells how far it is: only XMLHttpRequest reports what has been sent. */

/** Makes a fetch-like function whose upload progress (0 … 1) goes to `onProgress`. */
export function putWithProgress(onProgress: (part: number) => void): typeof globalThis.fetch {
  return (input, init) =>
    new Promise<Response>((resolve, reject) => {
      const request = new XMLHttpRequest()
      request.open(init?.method ?? 'PUT', input instanceof Request ? input.url : String(input))
      for (const [name, value] of new Headers(init?.headers)) request.setRequestHeader(name, value)
      request.upload.addEventListener('progress', event => {
        if (event.lengthComputable && event.total > 0) onProgress(event.loaded / event.total)
      })
      request.addEventListener('load', () => {
        const headers = new Headers()
        const type = request.getResponseHeader('content-type')
        if (type !== null) headers.set('content-type', type)
        const hasBody = request.status !== 204 && request.status !== 304
        resolve(
          new Response(hasBody ? request.responseText : null, { status: request.status, headers }),
        )
      })
      request.addEventListener('error', () => {
        reject(new TypeError('The bytes could not be sent.'))
      })
      request.addEventListener('abort', () => {
        reject(init?.signal?.reason ?? new DOMException('Aborted', 'AbortError'))
      })
      init?.signal?.addEventListener(
        'abort',
        () => {
          request.abort()
        },
        { once: true },
      )
      request.send(init?.body instanceof Blob ? init.body : null)
    })
}

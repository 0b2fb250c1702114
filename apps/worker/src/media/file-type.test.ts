import { describe, expect, it } from 'vitest'
import { extensionFor, fileType } from './file-type.ts'

const head = (text: string) => Buffer.from(text, 'latin1')

describe('what a file is', () => {
  it.each([
    ['\x89PNG\r\n\x1a\n', 'a.mp4', 'image', 'image/png'],
    ['RIFF....WEBPVP8 ', 'a', 'image', 'image/webp'],
    ['RIFF....WAVEfmt ', 'a.bin', 'audio', 'audio/wav'],
    ['\0\0\0\x20ftypisom', 'a', 'video', 'video/mp4'],
    ['\0\0\0\x20ftypavif', 'a', 'image', 'image/avif'],
    ['\x1aE\xdf\xa3', 'a', 'video', 'video/webm'],
    ['\x1aE\xdf\xa3', 'a.mkv', 'video', 'video/x-matroska'],
    ['glTF\x02', 'a', 'model3d', 'model/gltf-binary'],
    ['fLaC', 'a', 'audio', 'audio/flac'],
    ['plain', 'a.txt', 'text', 'text/plain'],
    ['\x10\0\0\0', 'x.latent', 'latent', 'application/octet-stream'],
    ['????', 'x.unheard', 'file', 'application/octet-stream'],
    ['', 'noname', 'file', 'application/octet-stream'],
  ])('%j as %s is %s, %s', (bytes, name, kind, contentType) => {
    expect(fileType(head(bytes), name)).toEqual({ kind, contentType })
  })

  it('has a usual extension by its type', () => {
    expect(extensionFor('image/jpeg; q=1')).toBe('jpg')
    expect(extensionFor('application/octet-stream')).toBe('bin')
  })
})

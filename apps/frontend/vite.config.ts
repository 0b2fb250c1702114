import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import optimizeLocales from '@react-aria/optimize-locales-plugin'
import react from '@vitejs/plugin-react'
import { defineConfig, type Plugin } from 'vite'
import { precompress } from './server/precompress.ts'

const dist = join(import.meta.dirname, 'dist')

/** Compressed twins, then the stamp that says "this build is whole". */
const finish = (): Plugin => ({
  name: 'bp-finish',
  apply: 'build',
  closeBundle: {
    order: 'post',
    sequential: true,
    handler(error?: unknown) {
      if (error !== undefined) return
      precompress(dist)
      mkdirSync(join(dist, '.vite'), { recursive: true })
      writeFileSync(join(dist, '.vite', 'stamp'), `${new Date().toISOString()}\n`)
    },
  },
})

/** The one font file of the first paint starts loading with the page, not after its style sheet. */
const preloadFont = (): Plugin => ({
  name: 'bp-preload-font',
  apply: 'build',
  transformIndexHtml: {
    order: 'post',
    handler: (_html, { bundle }) =>
      Object.keys(bundle ?? {})
        .filter(name => /inter-latin-wght-normal-.*\.woff2$/.test(name))
        .map(name => ({
          tag: 'link',
          injectTo: 'head-prepend' as const,
          attrs: {
            rel: 'preload',
            href: `/${name}`,
            as: 'font',
            type: 'font/woff2',
            crossorigin: true,
          },
        })),
  },
})

export default defineConfig(({ command }) => {
  // Vite takes NODE_ENV as it finds it: with a test's or a developer's, React's slow half would be built in.
  if (command === 'build') process.env['NODE_ENV'] = 'production'
  return {
    root: import.meta.dirname,
    plugins: [
      { ...optimizeLocales.vite({ locales: ['en-US'] }), enforce: 'pre' },
      react(),
      preloadFont(),
      finish(),
    ],
    build: {
      target: 'es2022',
      // The first engines with light-dark(): it must stay as written, or both themes are doubled in the file.
      cssTarget: ['chrome123', 'firefox120', 'safari17.5'],
      // One style sheet for all pages: a dozen kB, and no page waits for a second one.
      cssCodeSplit: false,
      manifest: true,
      assetsInlineLimit: 0,
      reportCompressedSize: false,
      modulePreload: { polyfill: false },
    },
    server: {
      host: '127.0.0.1',
      proxy: { '/api': process.env['BP_BACKEND'] ?? 'http://127.0.0.1:4000' },
    },
  }
})

import { createHash } from 'node:crypto'
import { mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { extname, join } from 'node:path'
import { brotliCompressSync, constants, gzipSync } from 'node:zlib'
import { Router, type Request, type Response } from 'express'

/** The files that pages load, under one address that changes with their content. */
export type Assets = {
  /** The compiled style sheet. */
  readonly css: string
  /** The address of a file by its name: `path('app.css')` is `/assets/<hash>/app.css`. Throws on an unknown name. */
  readonly path: (name: string) => string
  /** Serves `/assets/<hash>/<name>` and `/favicon.ico`; mount it at the root, before the session. */
  readonly router: Router
}

type File = { readonly type: string; readonly plain: Buffer; readonly packed: Packed | null }
/** By a file's encoding: made when the first browser asks for it. */
type Packed = Readonly<Record<'br' | 'gzip', () => Buffer>>

const TYPES: Readonly<Record<string, string>> = {
  '.css': 'text/css; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.svg': 'image/svg+xml; charset=utf-8',
  '.txt': 'text/plain; charset=utf-8',
  '.woff2': 'font/woff2',
}
const SUBSETS = ['latin', 'latin-ext', 'vietnamese']

const here = join(import.meta.dirname, 'assets')
const root = join(import.meta.dirname, '../..')
const packageFolder = (name: string): string => join(root, 'node_modules', name)

/** Compiles the style sheet (about a second; at once when its sources have not changed) and gathers the files to serve. */
export async function assets(cacheFolder = join(root, 'node_modules/.cache/congvu')): Promise<Assets> {
  const css = await styleSheet(cacheFolder)
  const files = new Map<string, File>()
  const add = (name: string, content: Buffer | string): void => {
    files.set(name, fileOf(name, Buffer.from(content)))
  }

  const vietnam = packageFolder('@fontsource/be-vietnam-pro')
  const inter = packageFolder('@fontsource/inter')
  const govuk = packageFolder('govuk-frontend')
  add('app.css', css)
  for (const name of ['app.js', 'mark.svg', 'favicon.svg']) add(name, readFileSync(join(here, name)))
  // The reference to a source map that we do not serve would only make a browser ask for it.
  const script = readFileSync(join(govuk, 'dist/govuk/govuk-frontend.min.js'), 'utf8')
  add('govuk-frontend.min.js', script.replace(/\n\/\/# sourceMappingURL=.*\s*$/, '\n'))
  for (const weight of [400, 500, 600])
    for (const subset of SUBSETS) {
      const name = `be-vietnam-pro-${subset}-${weight}-normal.woff2`
      add(name, readFileSync(join(vietnam, 'files', name)))
    }
  for (const weight of [400, 600]) {
    const name = `inter-latin-${weight}-normal.woff2`
    add(name, readFileSync(join(inter, 'files', name)))
  }
  // The Open Font Licence asks that it goes with the fonts.
  add('be-vietnam-pro-LICENSE.txt', readFileSync(join(vietnam, 'LICENSE')))
  add('inter-LICENSE.txt', readFileSync(join(inter, 'LICENSE')))

  const hash = hashOf([...files].flatMap(([name, file]) => [name, file.plain]))
  const path = (name: string): string => {
    if (!files.has(name)) throw new Error(`There is no asset ${name}`)
    return `/assets/${hash}/${name}`
  }
  return { css, path, router: serve(files, hash, path('favicon.svg')) }
}

function serve(files: ReadonlyMap<string, File>, hash: string, favicon: string): Router {
  const router = Router()
  router.get('/assets/:hash/:name', (request: Request<{ hash: string; name: string }>, response: Response, next) => {
    const file = files.get(request.params.name)
    if (file === undefined) {
      next()
      return
    }
    const current = request.params.hash === hash
    // A page of the version before still finds its files, only not for long.
    response.set('Cache-Control', current ? 'public, max-age=31536000, immutable' : 'public, max-age=60')
    response.set('Content-Type', file.type).set('X-Content-Type-Options', 'nosniff')
    if (file.packed === null) return response.send(file.plain)
    response.vary('Accept-Encoding')
    const encoding = request.acceptsEncodings('br', 'gzip', 'identity')
    if (encoding !== 'br' && encoding !== 'gzip') return response.send(file.plain)
    return response.set('Content-Encoding', encoding).send(file.packed[encoding]())
  })
  router.get('/favicon.ico', (_request, response) => response.redirect(302, favicon))
  return router
}

function fileOf(name: string, plain: Buffer): File {
  const extension = extname(name)
  const type = TYPES[extension] ?? 'application/octet-stream'
  if (extension === '.woff2') return { type, plain, packed: null }
  const br = () => brotliCompressSync(plain, { params: { [constants.BROTLI_PARAM_QUALITY]: 9 } })
  return { type, plain, packed: { br: once(br), gzip: once(() => gzipSync(plain)) } }
}

function once(make: () => Buffer): () => Buffer {
  let made: Buffer | undefined
  return () => (made ??= make())
}

async function styleSheet(cacheFolder: string): Promise<string> {
  const sources = readdirSync(here).filter((name) => name.endsWith('.scss'))
  const versions = ['sass', 'govuk-frontend'].map((name) => readFileSync(join(packageFolder(name), 'package.json')))
  const key = hashOf([...versions, ...sources.toSorted().flatMap((name) => [name, readFileSync(join(here, name))])])
  const cached = join(cacheFolder, `app-${key}.css`)
  try {
    return readFileSync(cached, 'utf8')
  } catch {
    // Not compiled yet: below.
  }
  // Loaded only when needed: the compiler takes longer to load than everything else here.
  const sass = await import('sass')
  const { css } = sass.compile(join(here, 'app.scss'), {
    style: 'compressed',
    importers: [new sass.NodePackageImporter(join(root, 'package.json'))],
    quietDeps: true,
  })
  try {
    mkdirSync(cacheFolder, { recursive: true })
    const fresh = `${cached}.${process.pid}`
    writeFileSync(fresh, css)
    renameSync(fresh, cached)
  } catch {
    // A read-only installation compiles at every start.
  }
  return css
}

function hashOf(parts: readonly (string | Buffer)[]): string {
  const hash = createHash('sha256')
  for (const part of parts) hash.update(part).update('\0')
  return hash.digest('hex').slice(0, 12)
}

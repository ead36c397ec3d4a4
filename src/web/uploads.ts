import { mkdtemp, open, rm, type FileHandle } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import busboy, { type Busboy } from 'busboy'
import type { Request } from 'express'
import { contentKindOf, HEAD_BYTES, type ContentKind } from '../kernel/content-kind.ts'
import { accept, refuse, type Decision } from '../kernel/decision.ts'
import { plainFileName } from '../kernel/file-name.ts'
import { HttpFault } from './http-fault.ts'

/** The one file that a form may bring: which field it comes in, and how large it may be. */
export type UploadRule = { readonly field: string; readonly maxBytes: number }

export type Upload = {
  /** What the sender calls it, without folders: for showing, never for opening. */
  readonly name: string
  readonly bytes: number
  /** By its content. */
  readonly kind: ContentKind
  /** The whole content; while the request lasts. */
  read(): Promise<Buffer>
}
export type UploadRefusal =
  | { readonly kind: 'no-file' }
  | { readonly kind: 'empty-file' }
  | { readonly kind: 'too-large'; readonly maxBytes: number }
export type Received = Decision<Upload, UploadRefusal>

/** What came with a form, and the end of it: `discard` must be called, whatever happens. */
export type Parcel = { readonly received: Received; discard(): Promise<void> }

const FIELDS = 100
const FIELD_BYTES = 64 * 1024
const FIELD_NAME = 100
/** Reading on lets the sender's browser see the answer; who sends so many times more than is allowed is cut off. */
const PATIENCE = 10

/**
 * Reads a multipart form: its fields into `request.body`, its file onto the disk, where nobody finds it: it has no name from
 * the first byte on, so that no crash leaves it behind. `allowed` is asked when the file begins (the fields that came before it
 * are in `request.body` then) and again at the end; refused, nothing is kept. Throws HttpFault: 400 for a malformed form or one
 * that ends too early, 413 for fields or a body beyond all measure, 419 where `allowed` says no. A file that is too large, empty
 * or missing is a value.
 */
export async function receive(request: Request, rule: UploadRule, allowed: () => boolean): Promise<Parcel> {
  const body = Object.create(null) as Record<string, string>
  request.body = body
  const boy = parserOf(request, rule)
  let storing: Promise<Stored | null> = Promise.resolve(null)
  const forged = { seen: false }

  const parsed = new Promise<void>((resolve, reject) => {
    const fail = (status: HttpFault['status'], cause?: unknown) => {
      request.unpipe(boy)
      request.resume()
      boy.destroy()
      reject(new HttpFault(status, { cause }))
    }
    boy.on('field', (name, value, { valueTruncated }) => {
      if (valueTruncated) fail(413)
      else if (name.length <= FIELD_NAME) body[name] = value
    })
    boy.on('file', (name, stream, { filename }) => {
      // Cut in the middle, it ends with an error that whoever reads it is told of, if anybody does.
      stream.on('error', () => undefined)
      // A browser sends an empty part without a name where nothing was chosen.
      const wanted = name === rule.field && filename !== '' && (filename as string | undefined) !== undefined
      forged.seen ||= !allowed()
      if (!wanted || forged.seen) stream.resume()
      else storing = store(stream, plainFileName(filename))
      storing.catch((error: unknown) => fail(400, error))
    })
    for (const limit of ['partsLimit', 'filesLimit', 'fieldsLimit'] as const) boy.on(limit, () => fail(400))
    boy.on('error', (error) => fail(400, error))
    boy.on('close', resolve)
    let bytes = 0
    request.on('data', (chunk: Buffer) => {
      bytes += chunk.length
      if (bytes <= (rule.maxBytes + FIELD_BYTES) * PATIENCE) return
      request.res?.set('Connection', 'close')
      fail(413)
    })
    request.on('error', (error) => fail(400, error))
    request.on('close', () => request.complete || fail(400))
    request.pipe(boy)
  })

  const discard = async (): Promise<void> => {
    const stored = await storing.catch(() => null)
    await stored?.handle.close()
  }
  try {
    await parsed
    const stored = await storing
    if (forged.seen || !allowed()) throw new HttpFault(419)
    return { received: receivedOf(stored, rule), discard }
  } catch (error) {
    await discard()
    throw error
  }
}

/** Whether the request brings a multipart form at all; without one the form came without a file. */
export const isMultipart = (request: Request): boolean => request.is('multipart/form-data') !== false

export const nothingReceived: Parcel = { received: refuse({ kind: 'no-file' }), discard: () => Promise.resolve() }

function parserOf(request: Request, rule: UploadRule): Busboy {
  try {
    return busboy({
      headers: request.headers,
      defParamCharset: 'utf8',
      limits: {
        ...{ fields: FIELDS, fieldSize: FIELD_BYTES, files: 1, parts: FIELDS + 1, headerPairs: 20 },
        // One more, for what fills its limit exactly counts as cut.
        fileSize: rule.maxBytes + 1,
      },
    })
  } catch (error) {
    throw new HttpFault(400, { cause: error })
  }
}

type Stored = {
  readonly handle: FileHandle
  readonly name: string
  readonly bytes: number
  readonly head: Buffer
}

async function store(stream: Readable, name: string): Promise<Stored> {
  const handle = await nameless()
  try {
    let bytes = 0
    let head = Buffer.alloc(0)
    for await (const chunk of stream as AsyncIterable<Buffer>) {
      if (head.length < HEAD_BYTES) head = Buffer.concat([head, chunk.subarray(0, HEAD_BYTES - head.length)])
      bytes += chunk.length
      await handle.writeFile(chunk)
    }
    return { handle, name, bytes, head }
  } catch (error) {
    await handle.close()
    throw error
  }
}

/** A file that is open and has no name any more. */
async function nameless(): Promise<FileHandle> {
  const folder = await mkdtemp(join(tmpdir(), 'congvu-upload-'))
  try {
    return await open(join(folder, 'file'), 'wx+', 0o600)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

function receivedOf(stored: Stored | null, { maxBytes }: UploadRule): Received {
  if (stored === null) return refuse({ kind: 'no-file' })
  if (stored.bytes > maxBytes) return refuse({ kind: 'too-large', maxBytes })
  if (stored.bytes === 0) return refuse({ kind: 'empty-file' })
  const { handle, name, bytes, head } = stored
  const read = async (): Promise<Buffer> => {
    const whole = Buffer.alloc(bytes)
    for (let at = 0; at < bytes;) {
      const { bytesRead } = await handle.read(whole, at, bytes - at, at)
      if (bytesRead === 0) throw new Error('The uploaded file became shorter')
      at += bytesRead
    }
    return whole
  }
  return accept({ name, bytes, kind: contentKindOf(head), read })
}

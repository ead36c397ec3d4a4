import express, { type Request, type RequestHandler, type Response } from 'express'
import { Problem } from './problem.ts'

/** Bytes of a body; the largest that is asked for is a tenth of it. */
const MOST = 256 * 1024
// Compressed bodies are refused: a small one may hide a large one.
const collect: RequestHandler = express.raw({ type: () => true, limit: MOST, inflate: false })
/** A body that is refused is read on while it is said to be at most so many times what is taken. */
const PATIENCE = 10
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: false })

/** A body, or an answer, that is a file and no JSON. */
export type TakenFile = { readonly type: 'application/pdf'; readonly most: number }

/** The body as it came, for what takes a file. Throws the Problem of one that is too large, or said to be of another type. */
export async function fileOf(request: Request, response: Response, { type, most }: TakenFile): Promise<Buffer> {
  if (!new RegExp(`^${type}\\s*(;|$)`, 'i').test(request.headers['content-type'] ?? ''))
    throw new Problem({ kind: 'wrong-type' }, endingOf(request, most))
  return collected(request, response, express.raw({ type: () => true, limit: most, inflate: false }), most)
}

/**
 * The body as JSON; an empty object where none was sent. Throws the Problem of one that is too large, of another type, or not
 * JSON in UTF-8 (RFC 8259).
 */
export async function bodyOf(request: Request, response: Response): Promise<unknown> {
  const bytes = await collected(request, response, collect, MOST)
  if (bytes.length === 0) return {}
  if (!/^application\/json\s*(;\s*charset="?utf-8"?\s*)?$/i.test(request.headers['content-type'] ?? ''))
    throw new Problem({ kind: 'wrong-type' })
  try {
    return JSON.parse(utf8.decode(bytes)) as unknown
  } catch {
    throw new Problem({ kind: 'bad-json' })
  }
}

async function collected(request: Request, response: Response, by: RequestHandler, most: number): Promise<Buffer> {
  await new Promise<void>((resolve, reject) => {
    void by(request, response, (error?: unknown) => {
      if (error === undefined) resolve()
      else reject(faultOf(error, endingOf(request, most), most))
    })
  })
  const bytes: unknown = request.body
  return Buffer.isBuffer(bytes) ? bytes : Buffer.alloc(0)
}

/** Whether the connection is cut: where the rest of a body can be waited for, the client reads its answer after it. */
const endingOf = ({ headers }: Request, most: number): Readonly<Record<string, string>> =>
  Number(headers['content-length']) <= most * PATIENCE ? {} : { Connection: 'close' }

function faultOf(error: unknown, ending: Readonly<Record<string, string>>, most: number): Error {
  const { status } = error as { status?: unknown }
  if (status === 413) return new Problem({ kind: 'too-large', most }, ending)
  if (status === 415) return new Problem({ kind: 'wrong-type' })
  return error instanceof Error ? error : new Error('The body could not be read')
}

/** The same text for the same JSON, however its members are ordered and spaced. */
export const canonical = (json: unknown): string =>
  JSON.stringify(json, (_, value: unknown) =>
    value !== null && typeof value === 'object' && !Array.isArray(value)
      ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
      : value,
  )

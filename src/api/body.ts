import express, { type Request, type RequestHandler, type Response } from 'express'
import { Problem } from './problem.ts'

/** Bytes of a body; the largest that is asked for is a tenth of it. */
const MOST = 256 * 1024
// Compressed bodies are refused: a small one may hide a large one.
const collect: RequestHandler = express.raw({ type: () => true, limit: MOST, inflate: false })
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: false })

/**
 * The body as JSON; an empty object where none was sent. Throws the Problem of one that is too large, of another type, or not
 * JSON in UTF-8 (RFC 8259).
 */
export async function bodyOf(request: Request, response: Response): Promise<unknown> {
  await new Promise<void>((resolve, reject) => {
    void collect(request, response, (error?: unknown) => {
      if (error === undefined) resolve()
      else reject(faultOf(error))
    })
  })
  const bytes: unknown = request.body
  if (!Buffer.isBuffer(bytes) || bytes.length === 0) return {}
  if (!/^application\/json\s*(;\s*charset="?utf-8"?\s*)?$/i.test(request.headers['content-type'] ?? ''))
    throw new Problem({ kind: 'wrong-type' })
  try {
    return JSON.parse(utf8.decode(bytes)) as unknown
  } catch {
    throw new Problem({ kind: 'bad-json' })
  }
}

function faultOf(error: unknown): Error {
  const { status } = error as { status?: unknown }
  if (status === 413) return new Problem({ kind: 'too-large', most: MOST }, { Connection: 'close' })
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

import type { Readable } from 'node:stream'
import yauzl from 'yauzl'
import type { RosterLimits } from './limits.ts'
import { FileRefused, refused } from './refusal.ts'

/** The parts of a workbook's ZIP archive. Every verb throws `FileRefused` for what the file is to blame for. */
export type Archive = {
  has(part: string): boolean
  names(): readonly string[]
  /** A part's bytes as they are unpacked. Sizes that the archive tells are checked, and not trusted before. */
  open(part: string): Promise<Readable>
  /** A small part as a whole. */
  read(part: string): Promise<string>
  close(): void
}

const ENCRYPTED = 1

/** Opens the archive and looks at every part's promised size before any is unpacked. */
export async function openArchive(path: string, limits: RosterLimits): Promise<Archive> {
  const zip = await yauzlOpen(path)
  const entries = new Map<string, yauzl.Entry>()
  try {
    if (zip.entryCount > limits.parts) throw refused({ kind: 'too-big', limit: 'parts', allowed: limits.parts })
    await eachEntry(zip, (entry) => {
      // Excel finds parts whatever their case; two of one name are a disguise.
      const name = entry.fileName.toLowerCase()
      if (entries.has(name)) throw refused({ kind: 'broken', part: entry.fileName })
      entries.set(name, entry)
    })
    let unpacked = 0
    for (const entry of entries.values()) {
      unpacked += entry.uncompressedSize
      if ((entry.generalPurposeBitFlag & ENCRYPTED) !== 0) throw refused({ kind: 'password' })
      if (entry.uncompressedSize > 1_000_000 && entry.uncompressedSize > entry.compressedSize * limits.ratio)
        throw refused({ kind: 'too-big', limit: 'ratio', allowed: limits.ratio })
    }
    if (unpacked > limits.unpackedBytes)
      throw refused({ kind: 'too-big', limit: 'unpackedBytes', allowed: limits.unpackedBytes })
  } catch (error) {
    zip.close()
    throw blamed(error, 'zip')
  }

  const open = (part: string): Promise<Readable> => {
    const entry = entries.get(part.toLowerCase())
    if (entry === undefined) return Promise.reject(refused({ kind: 'broken', part }))
    return new Promise((resolve, reject) => {
      zip.openReadStream(entry, (error, stream) => {
        if (error) reject(blamed(error, part))
        else resolve(stream)
      })
    })
  }
  return {
    has: (part) => entries.has(part.toLowerCase()),
    names: () => [...entries.values()].map(({ fileName }) => fileName),
    open,
    async read(part) {
      const chunks: Buffer[] = []
      try {
        for await (const chunk of await open(part)) chunks.push(chunk as Buffer)
      } catch (error) {
        throw blamed(error, part)
      }
      return Buffer.concat(chunks).toString('utf8')
    },
    close: () => zip.close(),
  }
}

const yauzlOpen = (path: string): Promise<yauzl.ZipFile> =>
  new Promise((resolve, reject) => {
    yauzl.open(path, { lazyEntries: true, autoClose: false }, (error, zip) => {
      if (error) reject(blamed(error, 'zip'))
      else resolve(zip)
    })
  })

const eachEntry = (zip: yauzl.ZipFile, look: (entry: yauzl.Entry) => void): Promise<void> =>
  new Promise((resolve, reject) => {
    zip.on('error', reject)
    zip.on('end', resolve)
    zip.on('entry', (entry: yauzl.Entry) => {
      try {
        look(entry)
        zip.readEntry()
      } catch (error) {
        reject(error instanceof Error ? error : new Error(String(error)))
      }
    })
    zip.readEntry()
  })

/** What a reader's error says of the file; trouble with the disk or in our own code stays an error. */
export function blamed(error: unknown, part: string): Error {
  if (error instanceof FileRefused) return error
  if (!(error instanceof Error)) return new Error(String(error))
  const { code } = error as NodeJS.ErrnoException
  // yauzl's and saxes's errors have no code, zlib's begin with Z_; the system's and Node's own have others.
  const ofTheFile = error.constructor === Error && (code === undefined || code.startsWith('Z_'))
  return ofTheFile ? new FileRefused({ kind: 'broken', part }, { cause: error }) : error
}

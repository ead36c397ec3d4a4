import { pipeline, type Readable } from 'node:stream'
import { crc32, createInflateRaw } from 'node:zlib'
import yauzl from 'yauzl'
import type { RosterLimits } from './limits.ts'
import { FileRefused, refused } from './refusal.ts'

/** The parts of a workbook's ZIP archive. Every verb throws `FileRefused` for what the file is to blame for. */
export type Archive = {
  has(part: string): boolean
  names(): readonly string[]
  /** A part's bytes as they are unpacked; its size and checksum must come out as the archive tells. */
  open(part: string): AsyncGenerator<Buffer>
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

  async function* open(part: string): AsyncGenerator<Buffer> {
    const entry = entries.get(part.toLowerCase())
    if (entry === undefined) throw refused({ kind: 'broken', part })
    try {
      yield* unpacked(entry, await openPacked(zip, entry))
    } catch (error) {
      throw blamed(error, part)
    }
  }
  return {
    has: (part) => entries.has(part.toLowerCase()),
    names: () => [...entries.values()].map(({ fileName }) => fileName),
    open,
    async read(part) {
      if ((entries.get(part.toLowerCase())?.uncompressedSize ?? 0) > SMALL) throw refused({ kind: 'broken', part })
      const pieces: Buffer[] = []
      for await (const piece of open(part)) pieces.push(piece)
      return Buffer.concat(pieces).toString('utf8')
    },
    close: () => zip.close(),
  }
}

/** The most bytes of a part that is read as a whole: relationships, styles, the list of sheets. */
const SMALL = 20_000_000
const [STORED, DEFLATED] = [0, 8]
// Node's default of 16 KB costs more in calls than in unpacking.
const PIECE = 65_536

async function* unpacked(entry: yauzl.Entry, packed: Readable): AsyncGenerator<Buffer> {
  const { compressionMethod, uncompressedSize } = entry
  if (compressionMethod !== STORED && compressionMethod !== DEFLATED) throw new Error('Packed in an unknown way')
  const stream =
    compressionMethod === STORED
      ? packed
      : pipeline(packed, createInflateRaw({ chunkSize: PIECE }), () => {
          // An error ends the reading below.
        })
  let [size, checksum] = [0, 0]
  for await (const chunk of stream) {
    const piece = chunk as Buffer
    size += piece.length
    if (size > uncompressedSize) break
    checksum = crc32(piece, checksum)
    yield piece
  }
  if (size !== uncompressedSize) throw new Error('Another size than the archive tells')
  if (checksum !== entry.crc32) throw new Error('Another checksum than the archive tells')
}

const openPacked = (zip: yauzl.ZipFile, entry: yauzl.Entry): Promise<Readable> =>
  new Promise((resolve, reject) => {
    zip.openReadStream(entry, { decodeFileData: false }, (error, stream) => {
      if (error) reject(error)
      else resolve(stream)
    })
  })

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
        reject(Error.isError(error) ? error : new Error(String(error)))
      }
    })
    zip.readEntry()
  })

/** What a reader's error says of the file; trouble with the disk or in our own code stays an error. */
export function blamed(error: unknown, part: string): Error {
  if (error instanceof FileRefused) return error
  if (!Error.isError(error)) return new Error(String(error))
  const { code } = error as NodeJS.ErrnoException
  // yauzl's and saxes's errors have no code, zlib's begin with Z_; the system's and Node's own have others.
  const ofTheFile = error.name === 'Error' && (code === undefined || code.startsWith('Z_'))
  return ofTheFile ? new FileRefused({ kind: 'broken', part }, { cause: error }) : error
}

import { createReadStream } from 'node:fs'
import { open, stat } from 'node:fs/promises'
import { parse, CsvError } from 'csv-parse'
import type { RosterLimits } from './limits.ts'
import { textCell, type RawCell, type RawFile, type RawRow } from './raw.ts'
import { refused } from './refusal.ts'
import { unicodeMark, unmarkedUtf16 } from './sniff.ts'

const LOOKED_AT = 262_144
const DELIMITERS = [',', ';', '\t', '|']

/**
 * Opens a table in a text file (CSV, TSV). Its bytes are UTF-8 or UTF-16, or else they are read as Windows-1252, in which
 * TCVN3, VNI and Windows-1258 show themselves as in a workbook. Throws `FileRefused`.
 */
export async function openTextTable(path: string, limits: RosterLimits): Promise<RawFile> {
  const charset = await charsetOf(path)
  const delimiter = delimiterOf(await beginning(path, charset))

  async function* rows(): AsyncGenerator<readonly RawRow[]> {
    const parser = parse({
      delimiter,
      relax_quotes: true,
      relax_column_count: true,
      skip_empty_lines: false,
      max_record_size: 1_000_000,
    })
    const decoder = new TextDecoder(charset)
    const input = createReadStream(path)
    input.on('error', (error) => parser.destroy(error))
    input.on('data', (chunk) => {
      if (!parser.write(decoder.decode(chunk as Buffer, { stream: true }))) input.pause()
    })
    parser.on('drain', () => input.resume())
    input.on('end', () => {
      parser.write(decoder.decode())
      parser.end()
    })
    let [number, rowCount, cellCount] = [0, 0, 0]
    let batch: RawRow[] = []
    try {
      for await (const record of parser) {
        number++
        const cells = (record as string[]).map((text): RawCell | undefined =>
          text.trim() === '' ? undefined : textCell(text),
        )
        const filled = cells.filter((cell) => cell !== undefined).length
        if (filled === 0) continue
        if (cells.length > limits.columns) throw refused({ kind: 'too-big', limit: 'columns', allowed: limits.columns })
        if (++rowCount > limits.rows) throw refused({ kind: 'too-big', limit: 'rows', allowed: limits.rows })
        cellCount += filled
        if (cellCount > limits.cells) throw refused({ kind: 'too-big', limit: 'cells', allowed: limits.cells })
        batch.push({ number, cells })
        if (batch.length === 200) {
          yield batch
          batch = []
        }
      }
      if (batch.length > 0) yield batch
    } catch (error) {
      throw error instanceof CsvError ? refused({ kind: 'broken', part: `${number + 1}` }) : error
    } finally {
      input.destroy()
      parser.destroy()
    }
  }

  return {
    format: 'csv',
    text: { charset, delimiter },
    tables: [{ name: '', hidden: false, rows, merges: () => Promise.resolve([]) }],
    close: () => Promise.resolve(),
  }
}

/** The whole file is asked whether it is UTF-8: a stray byte may come late. */
async function charsetOf(path: string): Promise<string> {
  const start = await firstBytes(path, 8192)
  const unicode = unicodeMark(start) ?? unmarkedUtf16(start)
  if (unicode !== null) return unicode
  const decoder = new TextDecoder('utf-8', { fatal: true })
  try {
    for await (const chunk of createReadStream(path)) decoder.decode(chunk as Buffer, { stream: true })
    decoder.decode()
    return 'utf-8'
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ERR_ENCODING_INVALID_ENCODED_DATA') return 'windows-1252'
    throw error
  }
}

async function firstBytes(path: string, length: number): Promise<Buffer> {
  const file = await open(path)
  try {
    const { size } = await stat(path)
    const bytes = Buffer.alloc(Math.min(length, size))
    await file.read(bytes, 0, bytes.length, 0)
    return bytes
  } finally {
    await file.close()
  }
}

const beginning = async (path: string, charset: string): Promise<string> =>
  new TextDecoder(charset).decode(await firstBytes(path, LOOKED_AT))

/** What parts the columns: the sign of which most lines have equally many, outside quotes; Excel's `sep=` line decides. */
export function delimiterOf(text: string): string {
  const told = /^\ufeff?sep=(.)\r?\n/.exec(text)?.[1]
  if (told !== undefined) return told
  const lines = text
    .replace(/"(?:[^"]|"")*"/g, '')
    .split(/\r\n|\r|\n/)
    .slice(0, 200)
    .filter((line) => line.trim() !== '')
  const scores = DELIMITERS.map((delimiter) => {
    const counts = new Map<number, number>()
    for (const line of lines) {
      const count = line.split(delimiter).length - 1
      if (count > 0) counts.set(count, (counts.get(count) ?? 0) + 1)
    }
    const [commonest] = [...counts].sort((a, b) => b[1] - a[1] || b[0] - a[0])
    return { delimiter, score: commonest === undefined ? 0 : commonest[1] * Math.min(commonest[0], 20) }
  })
  return scores.reduce((best, each) => (each.score > best.score ? each : best)).delimiter
}

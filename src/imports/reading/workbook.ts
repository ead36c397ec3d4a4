import { posix } from 'node:path'
import { openArchive, type Archive } from './archive.ts'
import type { RosterLimits } from './limits.ts'
import type { RawFile, RawTable } from './raw.ts'
import { refused, type FileRefusal } from './refusal.ts'
import { readSharedStrings } from './shared-strings.ts'
import { sheetMerges, sheetRows, type SheetContext } from './sheet.ts'
import { parseStyles } from './styles.ts'
import { eachTag } from './xml.ts'

type Relationship = { readonly id: string; readonly type: string; readonly target: string }
type Sheet = { readonly name: string; readonly id: string; readonly hidden: boolean }

/**
 * Opens an Excel workbook (ISO/IEC 29500, transitional or strict). Links to other files are not followed, macros are refused,
 * charts and pictures are not looked at. Throws `FileRefused`.
 */
export async function openWorkbook(path: string, limits: RosterLimits): Promise<RawFile> {
  const archive = await openArchive(path, limits)
  try {
    const odd = otherThanWorkbook(archive.names())
    if (odd !== null) throw refused(odd)
    const [main] = (await relationships(archive, '')).filter(({ type }) => type === 'officeDocument')
    if (main === undefined) throw refused({ kind: 'not-a-roster', what: 'archive' })
    const { sheets, date1904 } = parseWorkbook(await archive.read(main.target), main.target)
    const parts = await relationships(archive, main.target)
    const partOf = (wanted: string) =>
      parts.find(({ type, target }) => type === wanted && archive.has(target))?.target ?? null
    const [styles, strings] = [partOf('styles'), partOf('sharedStrings')]
    const context: SheetContext = {
      shared: strings === null ? [] : await readSharedStrings(archive, strings, limits),
      styles: styles === null ? [] : parseStyles(await archive.read(styles), styles),
      date1904,
      limits,
    }
    const targets = new Map(parts.filter(({ type }) => type === 'worksheet').map(({ id, target }) => [id, target]))
    const tables = sheets.flatMap(({ name, id, hidden }): RawTable[] => {
      const part = targets.get(id)
      if (part === undefined) return []
      return [
        {
          name,
          hidden,
          async *rows() {
            yield* sheetRows(archive.open(part), part, context)
          },
          merges: () => sheetMerges(archive.open(part), part),
        },
      ]
    })
    return {
      format: 'xlsx',
      text: null,
      tables,
      close: () => {
        archive.close()
        return Promise.resolve()
      },
    }
  } catch (error) {
    archive.close()
    throw error
  }
}

/** What else an archive can be that people send. */
function otherThanWorkbook(names: readonly string[]): FileRefusal | null {
  const has = (pattern: RegExp) => names.some((name) => pattern.test(name))
  if (has(/(^|\/)vbaProject\.bin$/i) || has(/^xl\/macrosheets\//i)) return { kind: 'macros' }
  if (has(/^xl\/workbook\.bin$/i)) return { kind: 'not-a-roster', what: 'binary-workbook' }
  if (has(/^META-INF\/manifest\.xml$/) && has(/^content\.xml$/)) return { kind: 'not-a-roster', what: 'open-document' }
  if (!has(/^_rels\/\.rels$/i)) return { kind: 'not-a-roster', what: 'archive' }
  if (has(/^(word|ppt)\//)) return { kind: 'not-a-roster', what: 'unknown' }
  return null
}

/** The relationships of a part, their types without the name space (which differs between transitional and strict). */
async function relationships(archive: Archive, part: string): Promise<Relationship[]> {
  const folder = posix.dirname(part)
  const rels = posix.join(folder, '_rels', `${posix.basename(part)}.rels`)
  if (!archive.has(rels)) return []
  const found: Relationship[] = []
  eachTag(await archive.read(rels), rels, (name, attributes) => {
    if (name !== 'Relationship' || attributes['TargetMode'] === 'External') return
    const { Id: id = '', Type: type = '', Target: target = '' } = attributes
    const resolved = target.startsWith('/') ? target.slice(1) : posix.join(folder, target)
    found.push({ id, type: type.slice(type.lastIndexOf('/') + 1), target: resolved })
  })
  return found
}

function parseWorkbook(xml: string, part: string): { sheets: Sheet[]; date1904: boolean } {
  const sheets: Sheet[] = []
  let date1904 = false
  eachTag(xml, part, (name, attributes) => {
    if (name === 'workbookPr') date1904 = ['1', 'true', 'on'].includes(attributes['date1904'] ?? '')
    if (name !== 'sheet') return
    const id = Object.entries(attributes).find(([key]) => /(^|:)id$/.test(key))?.[1] ?? ''
    sheets.push({ name: attributes['name'] ?? '', id, hidden: /hidden/i.test(attributes['state'] ?? '') })
  })
  return { sheets, date1904 }
}

import type { Archive } from './archive.ts'
import type { RosterLimits } from './limits.ts'
import { filledCell, type RawCell } from './raw.ts'
import { refused } from './refusal.ts'
import { plainFirst } from './plain.ts'
import { feed, joinText, xmlParser } from './xml.ts'

/** The texts that the sheets share, each with its runs joined; reading aids (phonetic runs) are left out. */
export async function readSharedStrings(
  archive: Archive,
  part: string,
  limits: RosterLimits,
): Promise<(RawCell | null)[]> {
  const texts: (RawCell | null)[] = []
  let [text, collecting, aid, open, inList, characters] = ['', false, false, false, false, 0]
  const add = (shared: string): void => {
    characters += shared.length
    if (characters > limits.sharedCharacters)
      throw refused({ kind: 'too-big', limit: 'sharedCharacters', allowed: limits.sharedCharacters })
    texts.push(filledCell(unescapeControls(shared)))
  }
  const parser = xmlParser({
    open(name) {
      if (name === 't') collecting = !aid
      else if (name === 'si') [text, open] = ['', true]
      else if (name === 'rPh') aid = true
      else if (name === 'sst') inList = true
    },
    text(piece) {
      if (collecting) text = joinText(text, piece)
    },
    close(name) {
      if (name === 't') collecting = false
      else if (name === 'rPh') aid = false
      else if (name === 'si') {
        open = false
        add(text)
      }
    },
  })
  const plain = plainFirst(parser, {
    ...{ opening: '<si>', closing: '</si>', mayBegin: () => inList && !open },
    read(xml, start, end) {
      PLAIN.lastIndex = start
      const found = PLAIN.exec(xml)
      if (found === null || PLAIN.lastIndex !== end) return false
      add(found[1] ?? '')
      return true
    },
  })
  await feed(plain, archive.open(part), part)
  return texts
}

/** A text without entities, and without what a parser would have to mend or refuse. */
const PLAIN = /<si><t(?: xml:space="preserve")?>([^<>&\x00-\x1f\ufffe\uffff]*)<\/t><\/si>/y

/** Characters that XML cannot hold are written `_x000D_` (ISO/IEC 29500-1, 22.4.2.4, ST_Xstring). */
export const unescapeControls = (text: string): string =>
  text.includes('_x')
    ? text.replace(/_x([0-9A-Fa-f]{4})_/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)))
    : text

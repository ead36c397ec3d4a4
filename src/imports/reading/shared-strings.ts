import type { Archive } from './archive.ts'
import type { RosterLimits } from './limits.ts'
import { filledCell, type RawCell } from './raw.ts'
import { refused } from './refusal.ts'
import { feed, joinText, type XmlHandlers } from './xml.ts'

/** The texts that the sheets share, each with its runs joined; reading aids (phonetic runs) are left out. */
export async function readSharedStrings(
  archive: Archive,
  part: string,
  limits: RosterLimits,
): Promise<(RawCell | null)[]> {
  const texts: (RawCell | null)[] = []
  let [text, collecting, aid, characters] = ['', false, false, 0]
  const handlers: XmlHandlers = {
    open(name) {
      if (name === 't') collecting = !aid
      else if (name === 'si') text = ''
      else if (name === 'rPh') aid = true
    },
    text(piece) {
      if (collecting) text = joinText(text, piece)
    },
    close(name) {
      if (name === 't') collecting = false
      else if (name === 'rPh') aid = false
      else if (name === 'si') {
        characters += text.length
        if (characters > limits.sharedCharacters)
          throw refused({ kind: 'too-big', limit: 'sharedCharacters', allowed: limits.sharedCharacters })
        texts.push(filledCell(unescapeControls(text)))
      }
    },
  }
  await feed(handlers, archive.open(part), part)
  return texts
}

/** Characters that XML cannot hold are written `_x000D_` (ISO/IEC 29500-1, 22.4.2.4, ST_Xstring). */
export const unescapeControls = (text: string): string =>
  text.includes('_x')
    ? text.replace(/_x([0-9A-Fa-f]{4})_/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)))
    : text

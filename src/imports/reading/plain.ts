import type { XmlParser } from './xml.ts'

/** An element that a part has thousands of, as nearly every program writes it, and who reads such a one. */
export type PlainElement = {
  /** How it begins, such as `<row`, and ends, such as `</row>`. */
  readonly opening: string
  readonly closing: string
  /** Whether the parser stands where such an element can begin. */
  readonly mayBegin: () => boolean
  /** Reads the element that is `text` from `start` to `end`. False when it is not plain; then nothing has happened. */
  readonly read: (text: string, start: number, end: number) => boolean
}

/** No element is waited for that is longer: the parser is to see for itself that a text has no end. */
const LONGEST = 100_000

/**
 * A parser before which elements are read that are written plainly, which takes a quarter of the time. All else is the
 * parser's: what stands before and behind them, an element with anything unusual in it, and from the first comment, section or
 * instruction on everything.
 */
export function plainFirst(parser: XmlParser, { opening, closing, mayBegin, read }: PlainElement): XmlParser {
  let state: 'before' | 'within' | 'parsed' = 'before'
  let [waiting, before] = ['', '']

  /** Gives the parser all that stands before the first element; answers where that begins. */
  function begin(text: string): number {
    const start = text.indexOf(opening)
    // The opening may come in two pieces.
    const known = start < 0 ? Math.max(0, text.length - opening.length) : start
    const head = text.slice(0, known)
    parser.write(head)
    // What begins in one piece goes on in the next.
    if (isUnusual(before + head)) state = 'parsed'
    else if (start >= 0) state = mayBegin() ? 'within' : 'parsed'
    before = head.slice(-1) || before
    return known
  }

  /** Reads element after element; answers where the first stands that is not there to its end yet. */
  function readAll(text: string, from: number): number {
    let start = from
    while (state === 'within' && text.startsWith(opening, start)) {
      const end = text.indexOf(closing, start) + closing.length
      if (end < closing.length) {
        if (text.length - start > LONGEST) state = 'parsed'
        return start
      }
      if (!read(text, start, end)) {
        const element = text.slice(start, end)
        parser.write(element)
        if (isUnusual(element) || !mayBegin()) state = 'parsed'
      }
      start = end
    }
    const rest = text.length - start
    if (rest >= opening.length || !opening.startsWith(text.slice(start))) state = 'parsed'
    return start
  }

  return {
    write(piece) {
      const text = waiting + piece
      let at = state === 'before' ? begin(text) : 0
      if (state === 'within') at = readAll(text, at)
      waiting = state === 'parsed' ? '' : text.slice(at)
      if (state === 'parsed' && at < text.length) parser.write(text.slice(at))
    },
    close() {
      if (waiting !== '') parser.write(waiting)
      parser.close()
    },
  }
}

/** Comments, CDATA sections, and instructions but for the declaration at the beginning. */
const isUnusual = (text: string): boolean => text.includes('<!') || /<\?(?!xml )/.test(text)

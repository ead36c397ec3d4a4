import { SaxesParser } from 'saxes'
import yauzl from 'yauzl'

/**
 * A bare parse of a workbook by the libraries that Congvu reads with: yauzl unpacks and saxes parses the sheets and the texts
 * that they share. Nothing is kept or understood; the rows are counted. It is the floor of reading.
 */
export async function bareParse(path: string): Promise<number> {
  let rows = 0
  const zip = await yauzl.openPromise(path)
  for await (const entry of zip.eachEntry()) {
    if (!/^xl\/(worksheets\/sheet\d+|sharedStrings)\.xml$/.test(entry.fileName)) continue
    const stream = await zip.openReadStreamPromise(entry)
    const parser = new SaxesParser({ position: false })
    parser.on('opentag', ({ name }) => {
      if (name === 'row') rows++
    })
    parser.on('text', () => undefined)
    parser.on('closetag', () => undefined)
    stream.setEncoding('utf8')
    for await (const piece of stream) parser.write(piece as string)
    parser.close()
  }
  return rows
}

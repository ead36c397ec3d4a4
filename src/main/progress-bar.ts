import type { WriteStream } from 'node:tty'

const WIDTH = 30

/** A bar that a terminal draws over itself; elsewhere a line at every tenth. */
export function progressBar(out: Pick<WriteStream, 'write'> & { readonly isTTY?: boolean }) {
  let last = -1
  return {
    show(done: number, total: number, text: string): void {
      const share = total === 0 ? 1 : Math.min(1, done / total)
      const tenth = Math.floor(share * 10)
      if (out.isTTY) {
        const filled = Math.round(share * WIDTH)
        out.write(`\r[${'#'.repeat(filled)}${' '.repeat(WIDTH - filled)}] ${text}\u001b[K`)
      } else if (tenth > last) out.write(`${text}\n`)
      last = tenth
    },
    end(): void {
      if (out.isTTY && last >= 0) out.write('\n')
    },
  }
}

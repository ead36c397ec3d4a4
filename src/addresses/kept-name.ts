/** What is put behind the address of a mailbox that keeps its mail, while its address reaches another. */
const KEPT = '-luu'

/** Addresses that could say what a mailbox was, best first. */
export const keptNames = (local: string): string[] =>
  Array.from({ length: 9 }, (_, n) => `${local.slice(0, 55)}${KEPT}${n === 0 ? '' : `-${n + 1}`}`)

import { FINDING_KINDS, type Doubt } from '../../reconcile/compare.ts'
import { count, type Lang } from '../views/formats.ts'
import type { reconcileVi } from './reconcile.vi.ts'

/** Why a reading is not believed. */
export function doubtText(says: (typeof reconcileVi)['doubts'], lang: Lang, doubt: Doubt): string {
  const n = (number: number) => count(number, lang)
  switch (doubt.kind) {
    case 'faulty':
      return says.faulty(n(doubt.read), n(doubt.expected), doubt.detail)
    case 'size-limit':
      return says.sizeLimit(n(doubt.read), n(doubt.expected))
    case 'empty':
      return says.empty(n(doubt.expected))
    case 'shrunk':
      return says.shrunk(n(doubt.found), n(doubt.expected))
    case 'older':
      return says.older(csnTime(doubt.was), csnTime(doubt.is))
    case 'paused':
      return says.paused
    default:
      return doubt satisfies never
  }
}

/** `20261125174801.892718Z#000000#000#000000` as `2026-11-25 17:48:01 UTC`. */
const csnTime = (csn: string): string =>
  csn.replace(/^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d).*$/, '$1-$2-$3 $4:$5:$6 UTC')

/** How many of each kind, a line each; those of which there are none are left out. */
export const kindLines = (kinds: (typeof reconcileVi)['kinds'], counts: Readonly<Record<string, number>>): string =>
  FINDING_KINDS.filter((kind) => (counts[kind] ?? 0) > 0)
    .map((kind) => `- ${kinds[kind]}: ${counts[kind] ?? 0}`)
    .join('\n')

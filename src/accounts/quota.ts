import { z } from 'zod'
import { UnitId } from '../kernel/ids.ts'
import { fold } from '../kernel/text.ts'
import { QuotaMb, type AccountKind } from './account.ts'
import { isLeader, type LifePolicy } from './life-policy.ts'

const Title = z.string().trim().min(2, 'title').max(120, 'title')
const onceEach = (names: readonly string[]): boolean => new Set(names).size === names.length

/** How large mailboxes are, in MB: of everybody, of leaders, of ranks by the words with which a title begins, and of units. */
export const QuotaPolicy = z.strictObject({
  personMb: QuotaMb,
  /** Null: leaders have what everybody has. */
  leaderMb: QuotaMb.nullable(),
  /** Of mailboxes of units and functions. */
  sharedMb: QuotaMb,
  titles: z
    .array(z.strictObject({ title: Title, quotaMb: QuotaMb }))
    .max(100, 'titles')
    .refine((list) => onceEach(list.map(({ title }) => fold(title))), 'twice'),
  /** A unit with all below it that has no size of its own. */
  units: z
    .array(z.strictObject({ unitId: UnitId, quotaMb: QuotaMb }))
    .max(500, 'units')
    .refine((list) => onceEach(list.map(({ unitId }) => unitId)), 'twice'),
  /** Whether a mailbox becomes smaller, too, when its holder's rank or unit says so: what is full then takes no more letters. */
  shrinks: z.boolean(),
})
export type QuotaPolicy = z.infer<typeof QuotaPolicy>

/** What the product begins with: everybody the same, as the setting says. */
export const defaultQuotas = (quotaMb: number): QuotaPolicy => {
  const same = QuotaMb.parse(quotaMb)
  return { personMb: same, leaderMb: null, sharedMb: same, titles: [], units: [], shrinks: false }
}

/** Whose mailbox it is; `path` is the unit and those above it. */
export type QuotaSubject = {
  readonly kind: AccountKind
  readonly title: string | null
  readonly path: readonly UnitId[]
  /** What an approved request gave. */
  readonly ownMb: number | null
}
export const QUOTA_SOURCES = ['everybody', 'shared', 'leader', 'title', 'unit', 'request'] as const
export type QuotaSource = (typeof QUOTA_SOURCES)[number]
export type Quota = { readonly quotaMb: number; readonly by: QuotaSource }

/** The largest of what applies, and which that is: what holds for all, the rank's, the unit's, and what was asked for and approved. */
export function quotaFor(policy: QuotaPolicy, leaders: Pick<LifePolicy, 'leaderTitles'>, of: QuotaSubject): Quota {
  const size = (quotaMb: number, by: QuotaSource): Quota => ({ quotaMb, by })
  const personal = of.kind === 'person'
  const unit = of.path.map((id) => policy.units.find((each) => each.unitId === id)).find((each) => each !== undefined)
  const found = [
    personal ? size(policy.personMb, 'everybody') : size(policy.sharedMb, 'shared'),
    ...(personal ? rank(policy, leaders, of.title) : []),
    ...(unit ? [size(unit.quotaMb, 'unit')] : []),
    ...(of.ownMb === null ? [] : [size(of.ownMb, 'request')]),
  ]
  return found.reduce((largest, each) => (each.quotaMb > largest.quotaMb ? each : largest))
}

/** The rank's size: of the longest title that fits, for it says most; else the leaders'. */
function rank(policy: QuotaPolicy, leaders: Pick<LifePolicy, 'leaderTitles'>, title: string | null): Quota[] {
  const words = ` ${fold(title ?? '')} `
  const [best] = policy.titles
    .filter((each) => words.startsWith(` ${fold(each.title)} `))
    .sort((a, b) => fold(b.title).length - fold(a.title).length)
  if (best) return [{ quotaMb: best.quotaMb, by: 'title' }]
  return policy.leaderMb !== null && isLeader(leaders, title) ? [{ quotaMb: policy.leaderMb, by: 'leader' }] : []
}

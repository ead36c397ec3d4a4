import { z } from 'zod'
import type { UnitId } from '../kernel/ids.ts'

/** What can be done to accounts in great number, each kind with limits of its own. */
export const CHANGES = ['suspend', 'remove', 'change', 'transfer', 'repair'] as const
export type Change = (typeof CHANGES)[number]

/** Whose plans the brake looks at; `undo` takes an import back, `limits` is a change of the brake's own limits. */
export const PLAN_KINDS = ['import', 'undo', 'reconcile', 'adoption', 'reorganisation', 'limits'] as const
export type PlanKind = (typeof PLAN_KINDS)[number]

/** How many accounts of one unit a plan changes in one way; null for what belongs to no unit. */
export type Part = { readonly change: Change; readonly unitId: UnitId | null; readonly n: number }

/** A whole plan before its first change. `hash` is of all that it would do: a release is good for this very plan only. */
export type Plan = {
  readonly kind: PlanKind
  readonly id: string
  readonly hash: string
  /** What people call it, such as a file's name. */
  readonly name: string
  readonly parts: readonly Part[]
  /** Two people look at it, however small it is. */
  readonly alwaysTwo?: boolean
}

const Percent = z.number().int().min(0).max(100)
const Count = z.number().int().min(0).max(1_000_000)
const Limit = z.strictObject({
  /** At most so many accounts in one plan. */
  number: Count,
  /** At most so many per cent of all accounts. */
  percent: Percent,
  /** At most so many per cent of the accounts of a unit with all below it. */
  unitPercent: Percent,
  /** At most so many accounts within the window, other plans counted in. */
  windowNumber: Count,
  /** At most so many per cent of all accounts within the window. */
  windowPercent: Percent,
})
export type Limit = z.infer<typeof Limit>

export const BrakePolicy = z.strictObject({
  /** Days that the rolling window looks back. */
  windowDays: z.number().int().min(1).max(90),
  /** Up to so many accounts, shares do not count: one of three is not a mass change. */
  few: z.number().int().min(0).max(1000),
  /** Hours within which a second person answers. */
  hours: z.number().int().min(1).max(336),
  /** A reading that is smaller than the last by more than this share of it is no fact. */
  readPercent: Percent,
  limits: z.strictObject({ suspend: Limit, remove: Limit, change: Limit, transfer: Limit, repair: Limit }),
})
export type BrakePolicy = z.infer<typeof BrakePolicy>

export const DEFAULT_BRAKE: BrakePolicy = {
  windowDays: 7,
  few: 5,
  hours: 24,
  readPercent: 5,
  limits: {
    suspend: { number: 50, percent: 5, unitPercent: 30, windowNumber: 100, windowPercent: 8 },
    remove: { number: 20, percent: 2, unitPercent: 20, windowNumber: 40, windowPercent: 4 },
    change: { number: 2_000, percent: 30, unitPercent: 100, windowNumber: 5_000, windowPercent: 60 },
    transfer: { number: 200, percent: 10, unitPercent: 50, windowNumber: 400, windowPercent: 20 },
    repair: { number: 500, percent: 10, unitPercent: 100, windowNumber: 1_000, windowPercent: 20 },
  },
}

/** The accounts that there are; a unit's number is of its own accounts, without those of the units below. */
export type Population = {
  readonly total: number
  readonly units: ReadonlyMap<
    UnitId,
    { readonly name: string; readonly parent: UnitId | null; readonly accounts: number }
  >
}

/** One limit that a plan goes beyond. */
export type Reason =
  | { readonly kind: 'number'; readonly change: Change; readonly n: number; readonly limit: number }
  | {
      readonly kind: 'percent'
      readonly change: Change
      readonly n: number
      readonly of: number
      readonly limit: number
    }
  | {
      readonly kind: 'unit'
      readonly change: Change
      readonly n: number
      readonly of: number
      readonly limit: number
      readonly unitName: string
    }
  | {
      readonly kind: 'window-number'
      readonly change: Change
      readonly n: number
      readonly before: number
      readonly days: number
      readonly limit: number
    }
  | {
      readonly kind: 'window-percent'
      readonly change: Change
      readonly n: number
      readonly before: number
      readonly days: number
      readonly of: number
      readonly limit: number
    }
  | { readonly kind: 'looser' }
  | { readonly kind: 'always-two' }

/**
 * Every limit that the whole plan goes beyond; none when it may go on. `before` is what other plans changed within the
 * window without having been released.
 */
export function judge(
  parts: readonly Part[],
  policy: BrakePolicy,
  population: Population,
  before: Readonly<Record<Change, number>>,
): Reason[] {
  return CHANGES.flatMap((change) => {
    const mine = parts.filter((part) => part.change === change)
    const n = sum(mine)
    if (n === 0) return []
    const limit = policy.limits[change]
    const { total: of } = population
    const isShareBeyond = (some: number, all: number, percent: number) =>
      some > policy.few && some * 100 > all * percent
    const found: Reason[] = []
    if (n > limit.number) found.push({ kind: 'number', change, n, limit: limit.number })
    if (isShareBeyond(n, of, limit.percent)) found.push({ kind: 'percent', change, n, of, limit: limit.percent })
    for (const unit of byUnit(mine, population))
      if (isShareBeyond(unit.n, unit.of, limit.unitPercent))
        found.push({ kind: 'unit', change, ...unit, limit: limit.unitPercent })
    const window = { change, n, before: before[change], days: policy.windowDays }
    const within = n + before[change]
    // What one plan is told about itself it need not be told again for the window.
    if (before[change] > 0 && within > limit.windowNumber)
      found.push({ kind: 'window-number', ...window, limit: limit.windowNumber })
    if (before[change] > 0 && isShareBeyond(within, of, limit.windowPercent))
      found.push({ kind: 'window-percent', ...window, of, limit: limit.windowPercent })
    return found
  })
}

const sum = (parts: readonly { n: number }[]): number => parts.reduce((total, { n }) => total + n, 0)

/** Units with all below them; not the topmost, whose share is that of all. */
function byUnit(parts: readonly Part[], { units }: Population): { unitName: string; n: number; of: number }[] {
  const changed = new Map<UnitId, number>()
  const all = new Map<UnitId, number>()
  const upwards = (from: UnitId | null, n: number, into: Map<UnitId, number>) => {
    const seen = new Set<UnitId>()
    for (let at = from; at !== null && !seen.has(at); at = units.get(at)?.parent ?? null) {
      seen.add(at)
      into.set(at, (into.get(at) ?? 0) + n)
    }
  }
  for (const { unitId, n } of parts) upwards(unitId, n, changed)
  for (const [id, { accounts }] of units) upwards(id, accounts, all)
  return [...changed].flatMap(([id, n]) => {
    const unit = units.get(id)
    return unit && unit.parent !== null ? [{ unitName: unit.name, n, of: all.get(id) ?? 0 }] : []
  })
}

/** How many accounts a plan changes, in all and in each way. */
export const totals = (parts: readonly Part[]): { readonly all: number; readonly each: Record<Change, number> } => ({
  all: sum(parts),
  each: Object.fromEntries(
    CHANGES.map((change) => [change, sum(parts.filter((part) => part.change === change))]),
  ) as Record<Change, number>,
})

/** Whether a policy lets anything through that the other held: then one person alone may not put it in force. */
export function isLooser(asked: BrakePolicy, present: BrakePolicy): boolean {
  const more = (a: number, b: number) => a > b
  return (
    asked.windowDays < present.windowDays ||
    more(asked.few, present.few) ||
    more(asked.readPercent, present.readPercent) ||
    CHANGES.some((change) =>
      (Object.keys(asked.limits[change]) as (keyof Limit)[]).some((key) =>
        more(asked.limits[change][key], present.limits[change][key]),
      ),
    )
  )
}

/** Whether a reading found so much less than the last that it is held for a fault and not for a fact. */
export const isSuspiciouslySmall = (found: number, last: number, policy: BrakePolicy): boolean =>
  last - found > policy.few && (last - found) * 100 > last * policy.readPercent

export type HoldState = 'held' | 'asked' | 'expired' | 'released' | 'used' | 'refused' | 'superseded'

/** A plan that was stopped before its first change. */
export type Hold = {
  readonly id: string
  readonly plan: Plan
  readonly reasons: readonly Reason[]
  readonly heldAt: Date
  readonly asked: {
    readonly by: string
    readonly byName: string
    readonly at: Date
    readonly why: string
    readonly until: Date
  } | null
  readonly released: { readonly by: string; readonly byName: string; readonly at: Date } | null
  readonly ended: {
    readonly how: 'used' | 'refused' | 'superseded'
    readonly byName: string | null
    readonly at: Date
  } | null
}

export function holdState(hold: Pick<Hold, 'asked' | 'released' | 'ended'>, at: Date): HoldState {
  if (hold.ended !== null) return hold.ended.how
  if (hold.released !== null) return 'released'
  if (hold.asked === null) return 'held'
  return hold.asked.until <= at ? 'expired' : 'asked'
}

export type BrakeRefusal =
  | { kind: 'unknown-hold' }
  | { kind: 'not-waiting' }
  | { kind: 'own-ask' }
  | { kind: 'plan-changed' }
  | { kind: 'limits-changed-meanwhile' }
  | { kind: 'limits-unchanged' }

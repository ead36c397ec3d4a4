import { z } from 'zod'
import { RightsTrace } from '../access/role-carrying.ts'
import { SecondTraces } from '../accounts/relocating.ts'
import { Day } from '../kernel/day.ts'
import { AccountId, UnitId } from '../kernel/ids.ts'

const Rehomed = z.array(z.object({ id: z.string(), from: UnitId, to: UnitId }))
const Requests = z.array(
  Rehomed.element.extend({
    escalated: z.object({ from: UnitId, to: UnitId }).nullish(),
    rule: z.object({ from: z.unknown(), to: z.unknown() }).nullish(),
  }),
)
const Keys = z.array(z.object({ sender: z.string(), key: z.string() }))
const Lists = z.array(z.object({ id: z.string(), unit: UnitId, rule: z.unknown() }))
const Changes = z.array(
  z.object({ id: z.string(), units: z.array(UnitId), seats: z.array(z.unknown()), command: z.unknown() }),
)
const Address = z.object({
  local: z.string(),
  holder: AccountId,
  state: z.enum(['live', 'tombstone']),
  role: z.enum(['primary', 'alias']),
  until: z.coerce.date().nullable(),
})

/** What a plan wrote besides moving accounts: how it was before and, where somebody could change it since, how it was left. */
export const Traces = z.object({
  units: z.object({
    closed: z.array(z.object({ id: z.string(), unitId: UnitId, until: Day.nullable() })),
    made: z.array(z.object({ id: z.string(), unitId: UnitId })),
  }),
  rights: RightsTrace,
  seconds: SecondTraces,
  requests: Requests,
  imports: Rehomed,
  reviews: z.array(z.object({ review: z.string(), account: AccountId, from: UnitId, to: UnitId })).default([]),
  spellings: z.array(
    z.object({ sender: z.string(), spelling: z.string(), unit_id: z.string(), at: z.string(), by_name: z.string() }),
  ),
  memories: z.object({ mappings: Keys, spellings: Keys }),
  lists: z.object({ before: Lists, after: Lists }),
  changes: z.object({ before: Changes, after: Changes }),
  boxes: z.array(z.object({ id: AccountId, kind: z.string(), displayName: z.string(), search: z.string() })),
  addresses: z.array(z.object({ local: z.string(), before: Address.nullable(), after: Address })),
  /** Units whose group shows something else, besides those that people left or joined. */
  groups: z.array(UnitId),
})
export type Traces = z.infer<typeof Traces>

import { z } from 'zod'
import { accept, refuse, type Decision } from '../kernel/decision.ts'
import { UnitId, type AccountId } from '../kernel/ids.ts'
import { Day } from '../kernel/day.ts'
import { SheetMapping } from './reading/mapping.ts'

export const ImportId = z.uuid().brand<'ImportId'>()
export type ImportId = z.infer<typeof ImportId>

/**
 * `add`: who is new is added, who is known updated. `roster`: the list is all that a unit has; who is missing is proposed for
 * suspension.
 */
export const MODES = ['add', 'roster'] as const
export type Mode = (typeof MODES)[number]

/**
 * From the file to the end. `uploaded`, `planning`, `running`, `weighing` and `undoing` are the worker's; `matching` (columns),
 * `preview`, `asked` (a second person), `held` (the brake), `paused` and `weighed` (what can be undone) wait for people.
 */
export const IMPORT_STATES = [
  ...(['uploaded', 'unreadable', 'matching', 'planning', 'preview', 'asked', 'held'] as const),
  ...(['running', 'paused', 'done', 'cancelled', 'weighing', 'weighed', 'undoing', 'undone'] as const),
] as const
export type ImportState = (typeof IMPORT_STATES)[number]
/** What the worker works at. */
export const AT_WORK = [
  'uploaded',
  'planning',
  'running',
  'weighing',
  'undoing',
] as const satisfies readonly ImportState[]

/** How the file is read; stored, so that it is read the same way again. */
export const Choices = z.object({
  today: Day,
  sheets: z.array(z.string()).optional(),
  mappings: z.record(z.string(), SheetMapping).optional(),
})
export type Choices = z.infer<typeof Choices>

export const ImportPolicy = z.strictObject({
  /** From so many changes on a second person looks before it is carried out. */
  approveAbove: z.number().int().min(0).max(1_000_000),
  /** Days within which it can be undone. */
  undoDays: z.number().int().min(0).max(90),
  /** Days after its end at which the file and what its rows say are erased. */
  keepDays: z.number().int().min(1).max(365),
})
export type ImportPolicy = z.infer<typeof ImportPolicy>
export const DEFAULT_IMPORT_POLICY: ImportPolicy = { approveAbove: 100, undoDays: 7, keepDays: 90 }

export const NewImport = z.object({
  mode: z.enum(MODES),
  /** Whose list it is: where those are of whom it names no unit, whose spellings it uses, and in a roster, who should be on it. */
  unitId: UnitId.nullable(),
  handOver: z.enum(['link', 'slip']),
})
export type NewImport = z.infer<typeof NewImport>

export type ImportRefusal =
  | { kind: 'unknown-import' }
  /** Somebody did something else meanwhile. */
  | { kind: 'import-not-in-state'; was: ImportState }
  | { kind: 'roster-without-unit' }
  /** The plan is not the one that was looked at. */
  | { kind: 'plan-changed-meanwhile' }
  | { kind: 'nothing-to-do' }
  | { kind: 'own-import' }
  | { kind: 'undo-too-late' }
  | { kind: 'unknown-row' }
  | { kind: 'row-done' }
  | { kind: 'mapping'; fault: 'no-name' | 'field-twice' | 'column-twice' | 'no-sheet' }

export type Command =
  | { readonly type: 'match' }
  | { readonly type: 'answer' }
  | { readonly type: 'start'; readonly hash: string; readonly changes: number; readonly approveAbove: number }
  | { readonly type: 'approve'; readonly hash: string; readonly by: AccountId }
  | { readonly type: 'withdraw' }
  | { readonly type: 'pause' }
  | { readonly type: 'go-on' }
  | { readonly type: 'cancel' }
  | { readonly type: 'continue' }
  | { readonly type: 'weigh'; readonly at: Date }
  | { readonly type: 'undo'; readonly at: Date }

/** What decisions look at. */
export type Present = {
  readonly state: ImportState
  readonly hash: string | null
  readonly askedBy: AccountId | null
  readonly undoUntil: Date | null
}

/** What becomes of an import when somebody commands; a wish is for the worker, which heeds it between two batches. */
export type Next = { readonly state: ImportState; readonly wish: 'pause' | 'cancel' | null }

export function decide(present: Present, command: Command): Decision<Next, ImportRefusal> {
  const to = (state: ImportState, wish: Next['wish'] = null) => accept({ state, wish })
  const from = (...states: ImportState[]) => states.includes(present.state)
  const wrong = refuse({ kind: 'import-not-in-state', was: present.state } as const)
  switch (command.type) {
    case 'match':
      return from('matching', 'preview') ? to('uploaded') : wrong
    case 'answer':
      return from('preview') ? to('planning') : wrong
    case 'start':
      if (!from('preview')) return wrong
      if (command.hash !== present.hash) return refuse({ kind: 'plan-changed-meanwhile' })
      if (command.changes === 0) return refuse({ kind: 'nothing-to-do' })
      return to(command.changes > command.approveAbove ? 'asked' : 'running')
    case 'approve':
      if (!from('asked')) return wrong
      if (command.hash !== present.hash) return refuse({ kind: 'plan-changed-meanwhile' })
      if (command.by === present.askedBy) return refuse({ kind: 'own-import' })
      return to('running')
    case 'withdraw':
      return from('asked', 'held') ? to('preview') : wrong
    case 'pause':
      return from('running') ? to('running', 'pause') : wrong
    case 'go-on':
      return from('paused') ? to('running') : wrong
    case 'cancel':
      if (from('running')) return to('running', 'cancel')
      return from('uploaded', 'unreadable', 'matching', 'planning', 'preview', 'asked', 'held', 'paused')
        ? to('cancelled')
        : wrong
    case 'continue':
      return from('done') ? to('planning') : wrong
    case 'weigh':
    case 'undo': {
      const isReady = command.type === 'weigh' ? from('done', 'cancelled', 'weighed') : from('weighed')
      if (!isReady) return wrong
      if (present.undoUntil === null || present.undoUntil <= command.at) return refuse({ kind: 'undo-too-late' })
      return to(command.type === 'weigh' ? 'weighing' : 'undoing')
    }
    default:
      return command satisfies never
  }
}

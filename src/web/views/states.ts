import type { IconName } from './icons.ts'

/** Six tones and no more; colour is the third sign of a state, after its icon and its words. */
export type Tone = 'neutral' | 'info' | 'wait' | 'ok' | 'bad' | 'ended'
export type Tag = { readonly tone: Tone; readonly icon: IconName }

/** Every state that people see, by family; the words for it are at `t.states[family][state]`. */
export const STATES = {
  request: {
    draft: { tone: 'neutral', icon: 'ring' },
    'awaiting-email': { tone: 'info', icon: 'mail' },
    submitted: { tone: 'wait', icon: 'clock' },
    returned: { tone: 'wait', icon: 'back-arrow' },
    approved: { tone: 'info', icon: 'sync' },
    ready: { tone: 'ok', icon: 'tick-circle' },
    activated: { tone: 'ok', icon: 'tick-circle' },
    rejected: { tone: 'bad', icon: 'cross-circle' },
    withdrawn: { tone: 'ended', icon: 'cross' },
    expired: { tone: 'ended', icon: 'clock' },
  },
  account: {
    'awaiting-activation': { tone: 'info', icon: 'key' },
    active: { tone: 'ok', icon: 'tick-circle' },
    'never-activated': { tone: 'bad', icon: 'lock' },
    'locked-passwords': { tone: 'bad', icon: 'lock' },
    'long-unused': { tone: 'wait', icon: 'clock' },
    'idle-locked': { tone: 'wait', icon: 'pause' },
    suspended: { tone: 'wait', icon: 'pause' },
    'on-leave': { tone: 'info', icon: 'clock' },
    leaving: { tone: 'neutral', icon: 'box' },
    archived: { tone: 'neutral', icon: 'box' },
    deleted: { tone: 'ended', icon: 'back-arrow' },
    tombstone: { tone: 'ended', icon: 'cross' },
  },
  change: {
    proposed: { tone: 'wait', icon: 'person' },
    waiting: { tone: 'info', icon: 'clock' },
    applied: { tone: 'ok', icon: 'tick-circle' },
    refused: { tone: 'bad', icon: 'triangle' },
    declined: { tone: 'ended', icon: 'cross-circle' },
    cancelled: { tone: 'ended', icon: 'cross' },
  },
  sync: {
    'in-step': { tone: 'ok', icon: 'tick-circle' },
    behind: { tone: 'info', icon: 'half-disc' },
    retrying: { tone: 'wait', icon: 'sync' },
    'outcome-unknown': { tone: 'wait', icon: 'ring' },
    'needs-person': { tone: 'bad', icon: 'person' },
    'not-verified': { tone: 'neutral', icon: 'glass' },
  },
  brake: {
    held: { tone: 'bad', icon: 'shield' },
    asked: { tone: 'wait', icon: 'person' },
    expired: { tone: 'wait', icon: 'clock' },
    released: { tone: 'info', icon: 'sync' },
    used: { tone: 'ok', icon: 'tick-circle' },
    refused: { tone: 'ended', icon: 'cross-circle' },
    superseded: { tone: 'ended', icon: 'cross' },
  },
  import: {
    uploaded: { tone: 'info', icon: 'sync' },
    unreadable: { tone: 'bad', icon: 'triangle' },
    matching: { tone: 'wait', icon: 'person' },
    planning: { tone: 'info', icon: 'sync' },
    preview: { tone: 'wait', icon: 'glass' },
    asked: { tone: 'wait', icon: 'person' },
    held: { tone: 'bad', icon: 'shield' },
    running: { tone: 'info', icon: 'sync' },
    paused: { tone: 'wait', icon: 'pause' },
    done: { tone: 'ok', icon: 'tick-circle' },
    cancelled: { tone: 'ended', icon: 'cross' },
    weighing: { tone: 'info', icon: 'sync' },
    weighed: { tone: 'wait', icon: 'person' },
    undoing: { tone: 'info', icon: 'sync' },
    undone: { tone: 'ended', icon: 'back-arrow' },
  },
  row: {
    create: { tone: 'ok', icon: 'plus' },
    change: { tone: 'info', icon: 'sync' },
    transfer: { tone: 'info', icon: 'arrows' },
    suspend: { tone: 'wait', icon: 'pause' },
    nothing: { tone: 'neutral', icon: 'equals' },
    repeats: { tone: 'neutral', icon: 'cross-circle' },
    review: { tone: 'bad', icon: 'triangle' },
    refused: { tone: 'bad', icon: 'cross-circle' },
    skipped: { tone: 'ended', icon: 'cross' },
  },
  adoption: {
    reading: { tone: 'info', icon: 'sync' },
    preview: { tone: 'wait', icon: 'glass' },
    running: { tone: 'info', icon: 'sync' },
    done: { tone: 'ok', icon: 'tick-circle' },
    faulty: { tone: 'bad', icon: 'cross-circle' },
  },
  run: {
    waiting: { tone: 'info', icon: 'clock' },
    running: { tone: 'info', icon: 'sync' },
    done: { tone: 'ok', icon: 'tick-circle' },
    'cannot-tell': { tone: 'wait', icon: 'ring' },
    failed: { tone: 'bad', icon: 'cross-circle' },
  },
  finding: {
    open: { tone: 'wait', icon: 'glass' },
    doing: { tone: 'info', icon: 'sync' },
    ignored: { tone: 'neutral', icon: 'pause' },
    gone: { tone: 'ended', icon: 'tick-circle' },
  },
  reorganisation: {
    draft: { tone: 'neutral', icon: 'ring' },
    held: { tone: 'wait', icon: 'person' },
    scheduled: { tone: 'info', icon: 'clock' },
    blocked: { tone: 'bad', icon: 'triangle' },
    applying: { tone: 'info', icon: 'sync' },
    applied: { tone: 'ok', icon: 'tick-circle' },
    reversing: { tone: 'info', icon: 'sync' },
    reversed: { tone: 'ended', icon: 'back-arrow' },
    cancelled: { tone: 'ended', icon: 'cross' },
  },
} as const satisfies Record<string, Record<string, Tag>>

export type Family = keyof typeof STATES
export type RequestTag = keyof (typeof STATES)['request']
export type AccountTag = keyof (typeof STATES)['account']
export type SyncTag = keyof (typeof STATES)['sync']

/** The tone and icon of a state. Throws on one that the table lacks. */
export function tagOf(family: string, state: string): Tag {
  const states: Readonly<Record<string, Readonly<Record<string, Tag>>>> = STATES
  const tag = states[family]?.[state]
  if (tag === undefined) throw new Error(`There is no state ${family}.${state}`)
  return tag
}

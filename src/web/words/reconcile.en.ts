import type { reconcileVi } from './reconcile.vi.ts'

/** Reconciliation in English. */
export const reconcileEn: typeof reconcileVi = {
  title: 'Reconciliation',
  lead: 'What should exist by the database, against what does on the directory server and the mail server.',
  kinds: {
    missing: 'Missing',
    half: 'On one target only',
    different: 'Different',
    members: 'Wrong group members',
    alias: 'Wrong aliases',
    double: 'Doubled',
    extra: 'Unknown',
  },
  means: {
    missing: 'Should exist, found nowhere',
    half: 'On one target, missing on the other',
    different: 'Values differ',
    members: 'Group members differ',
    alias: 'Aliases differ',
    double: 'Two entries for one person or address',
    extra: 'Exists, managed by nobody',
  },
  doubts: {
    faulty: (read, expected, detail) =>
      `Only ${read} of about ${expected} entries could be read (${detail}). No conclusion is drawn, nothing is repaired.`,
    sizeLimit: (read, expected) =>
      `The server cut its answer at a limit of its own, after ${read} of about ${expected} entries. No conclusion is drawn, nothing is repaired.`,
    empty: (expected) =>
      `The server returned 0 entries where ${expected} should be. Treated as a fault, not as a deletion.`,
    shrunk: (found, expected) =>
      `Only ${found} of the ${expected} entries that should be there were found, fewer than allowed. Treated as a fault; nothing is concluded or repaired.`,
    older: (was, is) =>
      `The directory (${is}) is older than at the last reading (${was}): restored from a backup, or a copy that lags behind. No conclusion is drawn, nothing is repaired.`,
    paused: 'The server is paused for maintenance and was not read.',
  },
}

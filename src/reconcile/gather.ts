import type { BrakePolicy } from '../brake/brake.ts'
import { ReadingCut, type DirectorySurvey, type Surveyed } from '../directory/survey.ts'
import { TargetFault } from '../kernel/fault.ts'
import { thriftily } from '../kernel/thrift.ts'
import type { Mailbox, MailStore } from '../mail/mail.ts'
import type { MailSurvey } from '../mail/survey.ts'
import type { Wanted } from '../provisioning/wanted.ts'
import { doubtOf, isAsWanted, isOnItsWay, strangeHome, type Doubt, type Found, type Reading } from './compare.ts'
import * as ledger from './ledger-store.ts'
import { verifierOf, wantedOf } from './verify.ts'

/** Mailboxes that are looked into in one run: folders, quota, access lists. */
export const INSPECTED = 500
/** Others that are looked for when only some are compared, to see whether the directory is there at all. */
const CONTROLS = 20

/** What is known from the run before. */
export type Before = { readonly csn: readonly string[]; readonly cursor: number }

export type How = {
  /** Takes a reading for a fact although it is small or old: a person said so. */
  readonly believe: boolean
  /** False leaves the mail server alone. */
  readonly mail: boolean
}

export type Gathered = Reading & {
  /** Entries read in all, and subjects left out since a change of theirs is on its way. */
  readonly read: number
  readonly inFlight: number
  /** Homes on the disk of the mail server; null when it was not or could not be read. */
  readonly homes: number | null
  readonly doubt: Doubt | null
  readonly mailDoubt: Doubt | null
  readonly findings: readonly Found[]
  /** Whose mailboxes were looked into, and where the next run goes on. */
  readonly inspected: readonly string[]
  readonly cursor: number
}

export type Gatherer = ReturnType<typeof gathererOf>

/** Reads both targets and tells what is not as wanted. A reading that broke off, or is suspiciously small or old, tells nothing. */
export function gathererOf(deps: {
  sql: ledger.Sql
  directory: DirectorySurvey
  mailSurvey: MailSurvey
  mail: Pick<MailStore, 'occupied'>
  wanted: Wanted
  domain: string
}) {
  const { sql, directory, mailSurvey, wanted } = deps
  const verify = verifierOf(deps)

  const faulty = (error: unknown, read: number, expected: number): Doubt => {
    if (error instanceof ReadingCut) return { kind: 'size-limit', read, expected }
    if (error instanceof TargetFault) return { kind: 'faulty', detail: error.fault.detail, read, expected }
    throw error
  }

  /** The first look: one search, everything measured as it goes by; only what is odd is remembered. */
  async function firstLook(expected: number) {
    const seen = new Set<string>()
    const odd = new Set<string>()
    const strangers: Surveyed[] = []
    let [read, inFlight] = [0, 0]
    let glances = new Map<string, ledger.Glance>()
    const ask = async (ids: readonly string[]) => {
      const [rows, { entries }] = await Promise.all([ledger.glance(sql, ids), wantedOf(wanted, ids)])
      glances = new Map(rows.map((row) => [row.id, row]))
      return entries
    }
    try {
      for await (const page of directory.survey(ask))
        for (const entry of page) {
          read += 1
          const glance = entry.id === null ? undefined : glances.get(entry.id)
          if (!glance) {
            strangers.push(entry)
            continue
          }
          const again = seen.has(glance.id)
          seen.add(glance.id)
          if (isOnItsWay(glance)) inFlight += 1
          else if (again || !entry.known || !isAsWanted(entry, glance)) odd.add(glance.id)
        }
      return { seen, odd, strangers, read, inFlight, doubt: null }
    } catch (error) {
      return { seen, odd, strangers, read, inFlight, doubt: faulty(error, read, expected) }
    }
  }

  const PAUSED = { homes: null, odd: [], strange: [], doubt: { kind: 'paused' } } as const

  /** The homes on the disk, beside the logins that there are: whose is missing or one too many, and which belong to nobody. */
  async function compareHomes(expected: number, policy: BrakePolicy) {
    const nothing = { homes: null, odd: [], strange: [] as string[] }
    try {
      const homes = await mailSurvey.homes()
      const strange = new Set(homes)
      const odd: string[] = []
      let found = 0
      for await (const page of ledger.homes(sql))
        for (const { id, login, settled, absent } of page) {
          const there = strange.delete(login)
          if (there && !absent) found += 1
          if (settled && there === absent) odd.push(id)
        }
      const doubt = doubtOf({ found, expected, csn: [] }, [], policy)
      return doubt ? { ...nothing, doubt } : { homes, odd, strange: [...strange], doubt: null }
    } catch (error) {
      return { ...nothing, doubt: faulty(error, 0, expected) }
    }
  }

  /** A look into mailboxes; of those only that Dovecot was seen to have. */
  async function inspect(ids: readonly string[], homes: ReadonlySet<string>): Promise<Found[]> {
    const knowns = new Map((await ledger.known(sql, ids)).map((known) => [known.id, known]))
    const all = await wanted.accounts(ids)
    const accounts = all.filter(({ login, presence }) => presence === 'present' && homes.has(login))
    const boxes = accounts.map(({ login, mail, quotaMb, access }): Mailbox => ({
      ...{ login, mail, quotaMb, ...(access && { access }) },
    }))
    const seen = await mailSurvey.inspect(boxes)
    const moving = await verify.moving(accounts.map(({ id }) => id))
    return accounts.flatMap(({ id, login }, n): Found[] => {
      const differences = seen[n] ?? []
      const known = knowns.get(id)
      const settled = known?.mail && known.mail.applied > 0 && known.mail.applied >= known.mail.wanted
      if (differences.length === 0 || !known || !settled || moving.has(id)) return []
      return [
        {
          ...{ kind: 'different', target: 'mail', subject: { kind: 'account', id }, unitId: known.unitId },
          ...{ name: known.name, dn: null, remoteId: null, login, differences, others: [], newer: false },
        },
      ]
    })
  }

  return {
    /** Everything. */
    async all(before: Before, policy: BrakePolicy, how: How): Promise<Gathered> {
      const expected = await ledger.expected(sql)
      const base = { ...NOTHING, cursor: before.cursor, expected: expected.directory }
      const csn = await directory.state().then(
        (state) => ({ csn: state.csn, doubt: null }),
        (error: unknown) => ({ csn: [], doubt: faulty(error, 0, expected.directory) }),
      )
      if (csn.doubt) return { ...base, doubt: csn.doubt }
      const [first, mail] = await thriftily(() =>
        Promise.all([firstLook(expected.directory), how.mail ? compareHomes(expected.mail, policy) : PAUSED]),
      )
      const reading = { found: first.seen.size, expected: expected.directory, csn: csn.csn, read: first.read }
      const read = { ...base, ...reading, inFlight: first.inFlight, homes: mail.homes?.size ?? null }
      const doubt = first.doubt ?? (how.believe ? null : doubtOf(reading, before.csn, policy))
      if (doubt) return { ...read, doubt, mailDoubt: mail.doubt }

      try {
        const odd = first.odd
        for await (const ids of ledger.inDirectory(sql)) for (const id of ids) if (!first.seen.has(id)) odd.add(id)
        for (const id of mail.odd) odd.add(id)
        const verified = await verify.subjects([...odd], mail.homes !== null)
        const strangers = await verify.strangers(first.strangers)
        const next = mail.homes ? await ledger.nextMailboxes(sql, before.cursor, INSPECTED) : []
        const inspected = soundOnes(
          next.map(({ id }) => id),
          verified.found,
        )
        const boxes = mail.homes ? await inspect(inspected, mail.homes) : []
        const findings = [...verified.found, ...strangers, ...mail.strange.map(strangeHome), ...boxes]
        return {
          ...{ ...read, inFlight: first.inFlight + verified.moving.length, mailDoubt: mail.doubt },
          ...{ findings, inspected, cursor: next.at(-1)?.number ?? before.cursor },
        }
      } catch (error) {
        return { ...read, doubt: faulty(error, first.read, expected.directory), mailDoubt: mail.doubt }
      }
    },

    /** These subjects only, mailboxes looked into. */
    async some(ids: readonly string[], before: Before, policy: BrakePolicy, how: How): Promise<Gathered> {
      const base = { ...NOTHING, cursor: before.cursor, expected: ids.length }
      try {
        const { csn } = await directory.state()
        const mail = how.mail
          ? await mailSurvey.homes().then(
              (homes) => ({ homes, doubt: null }),
              (error: unknown) => ({ homes: null, doubt: faulty(error, 0, ids.length) }),
            )
          : PAUSED
        const verified = await verify.subjects(ids, mail.homes !== null)
        const read = { ...base, csn, found: verified.present, read: verified.present }
        // Whether the few are missing or the whole directory is, only others can tell.
        const controls = await ledger.others(sql, ids, CONTROLS)
        const { present } = await verify.subjects(controls, false)
        const doubt = doubtOf({ found: present, expected: controls.length, csn }, before.csn, { ...policy, few: 0 })
        if (doubt && !how.believe) return { ...read, doubt, mailDoubt: mail.doubt }
        const accounts = soundOnes(ids.slice(0, INSPECTED), verified.found)
        const boxes = mail.homes ? await inspect(accounts, mail.homes) : []
        return {
          ...{ ...read, inFlight: verified.moving.length, homes: null, mailDoubt: mail.doubt },
          ...{ findings: [...verified.found, ...boxes], inspected: mail.homes ? accounts : [] },
        }
      } catch (error) {
        return { ...base, doubt: faulty(error, 0, ids.length) }
      }
    },
  }
}

/** Without a sound entry, the mail server knows nobody: what it then lacks is found once, in the directory. */
function soundOnes(ids: readonly string[], found: readonly Found[]): string[] {
  const wrong = new Set(found.map(({ subject }) => subject?.id))
  return ids.filter((id) => !wrong.has(id))
}

const NOTHING: Gathered = {
  ...{ found: 0, expected: 0, csn: [], read: 0, inFlight: 0, homes: null, doubt: null, mailDoubt: null },
  ...{ findings: [], inspected: [], cursor: 0 },
}

import { afterAll, beforeAll, describe, expect, test } from '../support/jest.ts'
import { mkdtempSync, rmSync, chmodSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { cliActor, permit } from '../../src/access/policy.ts'
import { startDemo, type Demo } from '../../scripts/demo/start.ts'
import { ASKED } from '../../scripts/demo/asking.ts'
import { HOW_MANY } from '../../scripts/demo/stories.ts'

const folder = mkdtempSync(join(tmpdir(), 'congvu-seed-'))
let demo: Demo

beforeAll(async () => {
  // PostgreSQL runs as another user when this is root.
  chmodSync(folder, 0o755)
  demo = await startDemo({
    kind: 'embedded',
    folder: join(folder, 'demo'),
    port: null,
    kept: false,
    say: () => undefined,
  })
}, 240_000)
afterAll(async () => {
  await demo.stop()
  rmSync(folder, { recursive: true, force: true })
})

const count = async (sql: string): Promise<number> => {
  const { rows } = await demo.services.database.pool.query<{ n: number }>(`SELECT (${sql})::int AS n`)
  return rows[0]?.n ?? Number.NaN
}

describe('the seeded province', () => {
  test('has some four hundred people, each with one living primary address', async () => {
    const people = await count(`SELECT count(*) FROM account`)
    expect(people).toBeGreaterThan(400)
    const primary = `state = 'live' AND role = 'primary' AND holder_kind = 'account'`
    expect(await count(`SELECT count(DISTINCT holder_id) FROM address WHERE ${primary}`)).toBe(people)
    expect(await count(`SELECT count(*) - count(DISTINCT nin_hash) FROM person WHERE nin_hash IS NOT NULL`)).toBe(0)
  })

  test('agencies and communes have mailboxes of their own, with holders, and there are lists with members', async () => {
    expect(await count(`SELECT count(*) FROM account WHERE kind = 'unit'`)).toBe(68)
    expect(await count(`SELECT count(*) FROM account WHERE kind = 'function'`)).toBeGreaterThan(20)
    expect(await count(`SELECT count(*) FROM holder WHERE valid_to IS NULL`)).toBeGreaterThan(150)
    const lists = `SELECT count(*) FROM mail_group g WHERE kind = 'list'`
    expect(await count(lists)).toBe(5)
    expect(await count(`${lists} AND NOT EXISTS (SELECT FROM list_member m WHERE m.group_id = g.id)`)).toBe(0)
    const everybody = `(SELECT id FROM mail_group WHERE name = 'Toàn tỉnh')`
    const people = `SELECT count(*) FROM account WHERE kind = 'person' AND state <> 'leaving'`
    expect(await count(`SELECT count(*) FROM list_member WHERE group_id = ${everybody}`)).toBe(await count(people))
  })

  test('directory and mail server have everybody, and the ledger says so', async () => {
    expect(await count(`SELECT count(*) FROM sync WHERE applied < wanted`)).toBe(0)
    expect(
      await count(
        `SELECT count(*) FROM account a WHERE (SELECT count(*) FROM sync s WHERE s.subject_id = a.id AND verified_at IS NOT NULL) <> 2`,
      ),
    ).toBe(0)
    // All but those to the one whose contact address is of the province and nobody's.
    const nobody = `recipient = (SELECT contact_email FROM request WHERE kind = 'person' AND contact_email LIKE '%@quangninh.gov.vn')`
    expect(
      await count(`SELECT count(*) FROM outbox WHERE state <> 'sent' AND NOT (state = 'failed' AND ${nobody})`),
    ).toBe(0)
    expect(await count(`SELECT count(*) FROM outbox WHERE state = 'failed'`)).toBeGreaterThan(0)
  })

  test('every agency and commune has an administrator who can sign in', async () => {
    expect(
      await count(`SELECT count(*) FROM unit_version v WHERE kind IN ('agency', 'commune') AND NOT EXISTS (
        SELECT 1 FROM role_grant g JOIN account a ON a.id = g.account_id
        WHERE g.unit_id = v.unit_id AND g.role = 'unit-admin' AND a.state = 'active')`),
    ).toBe(0)
  })

  test('there are requests in every state, none of them from the future', async () => {
    const { rows } = await demo.services.database.pool.query<{ state: string; n: number }>(
      `SELECT state, count(*)::int AS n FROM request GROUP BY 1`,
    )
    expect(Object.fromEntries(rows.map(({ state, n }) => [state, n]))).toEqual({
      draft: HOW_MANY.draft + (ASKED.draft ?? 0),
      submitted:
        HOW_MANY.submitted + HOW_MANY['due-soon'] + HOW_MANY.overdue + HOW_MANY.resubmitted + (ASKED.submitted ?? 0),
      returned: HOW_MANY.returned + (ASKED.returned ?? 0),
      approved: HOW_MANY.approved + HOW_MANY.activated + (ASKED.approved ?? 0),
      rejected: HOW_MANY.rejected + (ASKED.rejected ?? 0),
      withdrawn: HOW_MANY.withdrawn,
      expired: HOW_MANY.expired,
    })
    expect(await count(`SELECT count(DISTINCT kind) FROM request`)).toBe(10)
    expect(await count(`SELECT count(*) FROM request_event WHERE at > now()`)).toBe(0)
    expect(await count(`SELECT count(*) FROM request WHERE state = 'submitted' AND due_at < now()`)).toBe(
      HOW_MANY.overdue,
    )
  })

  test('there are accounts of every age: on leave, suspended, leaving, unused, doubled, and a review under way', async () => {
    const states = `SELECT count(DISTINCT state) FROM account WHERE state IN ('on-leave', 'suspended', 'leaving', 'idle-locked')`
    expect(await count(states)).toBe(4)
    expect(await count(`SELECT count(*) FROM account WHERE idle_warned_at IS NOT NULL`)).toBeGreaterThan(2)
    expect(
      await count(`SELECT count(DISTINCT state) FROM scheduled_change WHERE state IN ('proposed', 'waiting')`),
    ).toBe(2)
    const twins = `SELECT count(*) FROM person a JOIN person b USING (fold, birth_date) WHERE a.id < b.id AND b.nin_hash IS DISTINCT FROM a.nin_hash`
    expect(await count(`${twins} AND (a.nin_hash IS NULL OR b.nin_hash IS NULL)`)).toBe(1)
    expect(await count(`SELECT count(*) FROM review WHERE closed_at IS NULL`)).toBe(1)
    expect(await count(`SELECT count(*) FROM review_receipt`)).toBeGreaterThan(2)
  })

  test('one list was carried out, and one with dirt waits for review', async () => {
    const { rows } = await demo.services.database.pool.query<{ state: string; review: number }>(
      `SELECT i.state, count(*) FILTER (WHERE r.outcome = 'review')::int AS review FROM import i
       JOIN import_row r ON r.import_id = i.id GROUP BY i.id, i.state ORDER BY i.number`,
    )
    expect(rows.map(({ state }) => state)).toEqual(['done', 'preview'])
    expect(rows[1]?.review).toBeGreaterThan(4)
    expect(await count(`SELECT count(*) FROM import_row WHERE state = 'done'`)).toBeGreaterThan(8)
  })

  test('the audit log is whole and in the order of time', async () => {
    const allowed = permit(cliActor('test'), 'audit.read')
    if (!allowed.ok) throw new Error('not permitted')
    const { broken, entries } = await demo.services.audit.verify(allowed.value)
    expect(broken).toBeNull()
    expect(entries).toBeGreaterThan(1_500)
    expect(
      await count(
        `SELECT count(*) FROM (SELECT at, lag(at) OVER (ORDER BY seq) AS before FROM audit_entry) e WHERE at < before`,
      ),
    ).toBe(0)
  })

  test('the sign-ins that the demo prints hold their roles', async () => {
    const roles = await Promise.all(
      demo.seeded.signIns.map(async ({ address }) => {
        const result = await demo.services.signIn(address, 'ba chen tra sen thom')
        return result.ok ? result.actor.grants.map(({ role }) => role).join() : result.refusal.kind
      }),
    )
    expect(roles).toEqual(['it-staff', 'auditor', 'unit-admin', 'unit-admin', ''])
  })
})

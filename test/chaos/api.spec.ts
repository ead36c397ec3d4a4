import { afterAll, beforeAll, expect, test } from '../support/jest.ts'
import { randomUUID } from 'node:crypto'
import { setTimeout as pause } from 'node:timers/promises'
import type { UnitId } from '../../src/kernel/ids.ts'
import { freePort } from '../../scripts/servers/ports.ts'
import { tokenOf } from '../support/api.ts'
import { startOffice, type Office } from '../support/database.ts'
import { lasting } from '../support/processes.ts'
import { scaled, seeded } from '../support/scale.ts'
import { allowed, seedStaff, seedUnits } from '../support/system.ts'

const ROUNDS = scaled(20)
/** Requests under way when the process is killed. */
const AT_ONCE = 24

let office: Office
let units: Record<'province' | 'agency' | 'department' | 'other', UnitId>
let base: string
let token: string
let web: ReturnType<typeof lasting>

beforeAll(async () => {
  const port = await freePort()
  base = `http://127.0.0.1:${port}/api/v1`
  office = await startOffice({ env: { CONGVU_PORT: String(port) } })
  units = await seedUnits(office.services)
  token = await tokenOf(office.services, await seedStaff(office.services, 'it-staff', units.province, 'Lê Đức Thắng'))
  web = lasting('web', {
    folder: office.folder,
    env: { ...office.env, LOG_LEVEL: 'info' },
    args: ['serve'],
    ready: 'Web service is ready',
  })
}, 60_000)
afterAll(async () => {
  await web.stop()
  await office.stop()
})

type Asked = { readonly key: string; readonly name: string }
type Answered = { readonly status: number; readonly text: string }

/** Null when the answer was lost. */
async function post({ key, name }: Asked): Promise<Answered | null> {
  const headers = { Authorization: `Bearer ${token}`, 'Idempotency-Key': key, 'Content-Type': 'application/json' }
  const facts = { kind: 'department', parentId: units.agency, codes: {}, validFrom: '2026-01-01' }
  const init = { method: 'POST', headers, body: JSON.stringify({ ...facts, name }) }
  try {
    const answer = await fetch(`${base}/units`, init)
    return { status: answer.status, text: await answer.text() }
  } catch {
    return null
  }
}

test('the process is killed at any moment: whoever asks again with the same key gets one unit and its one answer', async () => {
  const random = seeded(7)
  const lost: number[] = []
  await web.start()
  for (let round = 0; round < ROUNDS; round++) {
    await office.services.database.pool.query('DELETE FROM rate_limit')
    const asked = Array.from({ length: AT_ONCE }, (_, n) => ({ key: randomUUID(), name: `Phòng ${round}-${n}` }))
    const first = asked.map(post)
    await pause(20 + random() * 250)
    await web.kill()
    const answers = await Promise.all(first)
    lost.push(answers.filter((answer) => answer === null).length)

    await web.start()
    const again: (Answered | null)[] = []
    for (const each of asked) {
      let answer = await post(each)
      // The database may not have noticed yet that the other process is gone.
      for (let tries = 0; answer?.status === 409 && tries < 50; tries++) {
        await pause(100)
        answer = await post(each)
      }
      again.push(answer)
    }
    expect(again.map((answer) => answer?.status)).toEqual(asked.map(() => 201))
    for (const [n, answer] of answers.entries()) if (answer !== null) expect(again[n]).toEqual(answer)

    const { services } = office
    const all = await services.units.list(allowed('unit.read', { ...(await staff()) }), '', 10_000)
    for (const [n, { name }] of asked.entries()) {
      const made = all.filter((unit) => unit.name === name)
      expect(made.map(({ id }) => id)).toEqual([(JSON.parse(again[n]?.text ?? '') as { id: string }).id])
      expect(await services.audit.page(allowed('audit.read'), { action: 'unit.created', q: `"${name}"` })).toHaveLength(
        1,
      )
    }
  }
  expect((await office.services.audit.verify(allowed('audit.read'))).broken).toBeNull()
  // Else nothing was under way, and the test showed nothing.
  expect(Math.max(...lost)).toBeGreaterThan(0)
}, 240_000)

async function staff() {
  const bearer = await office.services.accessTokens.bearer(token)
  if (bearer === null) throw new Error('The token is no good')
  return bearer.actor
}

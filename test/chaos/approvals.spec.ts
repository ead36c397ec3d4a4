import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, test } from '../support/jest.ts'
import type { PersonActor } from '../../src/access/policy.ts'
import type { RequestId, UnitId } from '../../src/kernel/ids.ts'
import { startOffice, type Office } from '../support/database.ts'
import { applied } from '../support/people.ts'
import { lasting } from '../support/processes.ts'
import { scaled, seeded } from '../support/scale.ts'
import { allowed, approveAs, seedStaff, seedUnits } from '../support/system.ts'

const KILLS = scaled(50)
const EACH = 8

let office: Office
let staff: PersonActor
let units: Record<'agency' | 'department', UnitId>

beforeAll(async () => {
  office = await startOffice()
  units = await seedUnits(office.services)
  staff = await seedStaff(office.services, 'it-staff', units.agency, 'Lê Đức Thắng')
}, 60_000)

afterAll(async () => {
  await office.stop()
})

/** All that an approval leaves in the database; nothing of it when it did not happen. */
async function tracesOf(id: RequestId) {
  const { prisma } = office.services.database
  const request = await prisma.request.findUniqueOrThrow({ where: { id }, include: { events: true } })
  const address = await prisma.address.findFirstOrThrow({ where: { local: request.local ?? '' } })
  const account = request.accountId ?? '00000000-0000-4000-8000-000000000000'
  const noted = (action: string, subject: string) => prisma.auditEntry.count({ where: { action, subject } })
  return {
    state: request.state,
    event: request.events.filter((event) => event.kind === 'approved').length,
    person: await prisma.person.count({ where: { ninHash: request.ninHash } }),
    account: await prisma.account.count({ where: { id: account } }),
    address: address.state,
    ledger: await prisma.sync.count({ where: { subjectId: account } }),
    approvedNoted: await noted('request.approved', `request:${id}`),
    issuedNoted: await noted('account.issued', `account:${account}`),
  }
}
const WHOLE = {
  ...{ state: 'approved', event: 1, person: 1, account: 1, address: 'live', ledger: 2 },
  ...{ approvedNoted: 1, issuedNoted: 1 },
}
const NOTHING = {
  ...{ state: 'submitted', event: 0, person: 0, account: 0, address: 'reserved', ledger: 0 },
  ...{ approvedNoted: 0, issuedNoted: 0 },
}

describe(`a web process killed at ${KILLS} random moments of approving`, () => {
  const requests: RequestId[] = []
  const states = { whole: 0, nothing: 0 }

  beforeAll(async () => {
    const random = seeded(20261123)
    for (let kill = 0; kill < KILLS; kill++) {
      const turn = await Promise.all(
        Array.from({ length: EACH }, () => applied(office.services, units.department, { fullName: 'Mạc Thị Dở' })),
      )
      const ids = turn.map(({ request }) => request)
      requests.push(...ids)
      const victim = lasting('approver', {
        ...{ folder: office.folder, env: office.env, ready: 'Approving' },
        script: join(import.meta.dirname, 'approver.ts'),
        args: [staff.accountId, ...ids],
      })
      await victim.start()
      await pause(random() * 120)
      await victim.kill()
    }
  }, 300_000)

  test('leaves each request approved as a whole or not at all', async () => {
    for (const id of requests) {
      const traces = await tracesOf(id)
      const whole = traces.state === 'approved'
      expect(traces).toEqual(whole ? WHOLE : NOTHING)
      states[whole ? 'whole' : 'nothing']++
    }
    expect(states.whole + states.nothing).toBe(KILLS * EACH)
  })

  test('leaves the audit chain whole', async () => {
    expect((await office.services.audit.verify(allowed('audit.read'))).broken).toBeNull()
  })

  test('and what was cut off is approved when the button is pressed again', async () => {
    const { prisma } = office.services.database
    const waiting = await prisma.request.findMany({ where: { id: { in: requests }, state: 'submitted' } })
    for (const { id } of waiting) {
      await approveAs(office.services, staff, id as RequestId)
      expect(await tracesOf(id as RequestId)).toEqual(WHOLE)
    }
  })
})

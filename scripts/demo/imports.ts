import type { Actor } from '../../src/access/policy.ts'
import { drawer } from '../roster/people.ts'
import { writeRoster, type MadeRoster } from '../roster/write.ts'
import { allowed, ok, type Seeding } from './seeding.ts'

const DONE = 14
const WAITING = 70
const DIRT = 0.4
const SEED = 977

/** Two lists that agencies sent: one carried out, its accounts handed over by slip, and one with dirt that waits for review. */
export async function makeImports({ services }: Seeding, by: Actor): Promise<number> {
  const { imports, provisioner } = services
  const draw = drawer(SEED, { addresses: 0.1 })
  const people = (n: number) => Array.from({ length: n }, draw)
  const arrive = async ({ bytes }: MadeRoster, fileName: string) => {
    const arrival = { mode: 'add', unitId: null, handOver: 'slip', language: 'vi', fileName } as const
    const id = ok(await imports.arrive(allowed(by, 'import.change'), { ...arrival, bytes: Buffer.from(bytes) }))
    await imports.work()
    return id
  }

  const done = await arrive(await writeRoster(people(DONE), { seed: SEED }), 'DS tuyển dụng đợt 2.xlsx')
  const { hash } = (await imports.read(allowed(by, 'import.read'), done))?.record ?? {}
  ok(await imports.start(allowed(by, 'import.change'), done, hash ?? ''))
  await imports.work()
  await provisioner.run()
  const soiled = await writeRoster(people(WAITING), { seed: SEED + 1, dirt: DIRT })
  await arrive(soiled, 'DS_CBCCVC_bo_sung.xlsx')
  return 2
}

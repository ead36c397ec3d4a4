import { connect } from '../../src/directory/connection.ts'
import { presetOf } from '../../src/reconcile/mapping.ts'
import { allowed, operator, type Seeding } from './seeding.ts'

/** People of a directory of before whom nobody manages yet. */
const OLD = [
  { uid: 'cu.lan', cn: 'Hoàng Thị Lan', mail: 'lan.cu' },
  { uid: 'cu.son', cn: 'Vũ Hải Sơn', mail: 'son.cu' },
  { uid: 'cu.in', cn: 'Máy in tầng 2', mail: 'mayin.tang2' },
  { uid: 'cu.minh', cn: 'Phạm Văn Minh', mail: null },
] as const

/**
 * What drifts where people edit by hand: a comparison without findings, then titles, aliases and entries changed in the
 * directory behind Congvu's back, compared once more; and the same directory read to be taken over.
 */
export async function makeDrift({ services }: Seeding): Promise<number> {
  const { database, reconcile, adoptions, adopter, config } = services
  const compare = () => reconcile.runs.now(allowed(operator, 'reconcile.change'), { kind: 'all' })
  await compare()
  const victims = await database.prisma.account.findMany({
    where: { state: 'active', kind: 'person' },
    orderBy: { number: 'desc' },
    take: 4,
  })
  const [promoted, renumbered, deleted, aliased] = victims.map(
    ({ login }) => `uid=${login},ou=people,${config.ldap.baseDn}`,
  )
  const connection = await connect(config.ldap)
  const set = (dn: string | undefined, attribute: string, value: string) =>
    connection.modify(dn ?? '', [{ operation: 'replace', attribute, values: [value] }])
  await set(promoted, 'title', 'Trưởng phòng')
  await set(renumbered, 'telephoneNumber', '0203 3 999 999')
  await set(aliased, 'congvuAlias', `bi.danh.cu@${config.organisation.domain}`)
  await connection.del(deleted ?? '')
  for (const { uid, cn, mail } of OLD)
    await connection.add(`uid=${uid},ou=people,${config.ldap.baseDn}`, {
      ...{ objectClass: ['inetOrgPerson'], uid: [uid], cn: [cn], sn: [cn.split(' ')[0] ?? cn], ou: ['Sở Nội vụ'] },
      ...(mail === null ? {} : { mail: [`${mail}@${config.organisation.domain}`] }),
    })
  await connection.close()
  const run = await compare()
  const asked = { preset: 'inetOrgPerson', mapping: presetOf('inetOrgPerson'), base: null, unitId: null } as const
  await adoptions.ask(allowed(operator, 'reconcile.change'), asked)
  await adopter.work()
  return run === null ? 0 : Object.values(run.counts).reduce((sum, n) => sum + n, 0)
}

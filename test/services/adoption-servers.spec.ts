import { afterEach, expect, test } from '../support/jest.ts'
import { mkdtempSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { makeCertificates } from '../../scripts/servers/certificates.ts'
import { startDs389 } from '../../scripts/servers/ds389.ts'
import { freePort } from '../../scripts/servers/ports.ts'
import { startSlapd } from '../../scripts/servers/slapd.ts'
import type { PersonActor } from '../../src/access/policy.ts'
import { connect, type LdapConnection } from '../../src/directory/connection.ts'
import { dnKey } from '../../src/directory/dn.ts'
import { present, valuesOf } from '../../src/directory/operations.ts'
import type { UnitId } from '../../src/kernel/ids.ts'
import { presetOf, type Preset } from '../../src/reconcile/mapping.ts'
import { run } from '../servers/support.ts'
import { startOffice, type Office } from '../support/database.ts'
import { allowed, seedStaff, seedUnits } from '../support/system.ts'

const DOMAIN = 'quangninh.gov.vn'
const PASSWORD = 'mat-khau-dich-vu'
const HASH = '{SSHA}8Lx0DKVjSBRLAcXPCcVvXSxNVqyF5pKo'

type Server = { readonly env: Record<string, string>; stop(): Promise<void> }
let office: Office
let server: Server
let folder: string
let base: string
let raw: LdapConnection
let agency: UnitId
let first: PersonActor, second: PersonActor

afterEach(async () => {
  await raw.close()
  await server.stop()
  await office.stop()
  rmSync(folder, { recursive: true, force: true })
})

/** Congvu beside a directory server that has people already. */
async function beside(start: () => Promise<Server>): Promise<void> {
  folder = mkdtempSync('/tmp/congvu-')
  server = await start()
  office = await startOffice({ env: { LDAP_BIND_PASSWORD: PASSWORD, LDAP_TIMEOUT_MS: '10000', ...server.env } })
  const { services } = office
  const units = await seedUnits(services)
  agency = units.agency
  first = await seedStaff(services, 'it-staff', units.province, 'Lê Đức Thắng')
  second = await seedStaff(services, 'it-staff', units.province, 'Vũ Hải Đăng')
  raw = await connect(services.config.ldap)
  base = services.config.ldap.baseDn
}

/** Read, released by a second person where the brake holds it, and carried out until it is in the directory. */
async function adopt(preset: Preset, from: string): Promise<Record<string, unknown>> {
  const { adoptions, adopter, brakes, provisioner } = office.services
  const permit = allowed('reconcile.change', first)
  const id = await adoptions.ask(permit, { preset, mapping: presetOf(preset), base: from, unitId: agency })
  await adopter.work()
  const seen = await adoptions.read(allowed('reconcile.read', first), id)
  const started = await adoptions.start(permit, id, seen?.hash ?? '')
  if (!started.ok) {
    if (started.refusal.kind !== 'held') throw new Error(JSON.stringify(started.refusal))
    const { holdId } = started.refusal
    await brakes.ask(allowed('brake.release', first), holdId, 'Tiếp nhận danh bạ của tỉnh')
    expect(await brakes.release(allowed('brake.release', second), holdId)).toMatchObject({ ok: true })
  }
  await adopter.work()
  await provisioner.run()
  return { ...seen }
}

async function entryAt(dn: string): Promise<Record<string, readonly string[]>> {
  const attributes = ['uid', 'mail', 'congvuAlias', 'userPassword', 'title'] as const
  const [entry] = await raw.search(dn, { scope: 'base', filter: present('objectClass'), attributes })
  return Object.fromEntries(attributes.map((name) => [name, entry ? [...valuesOf(entry, name)].sort() : []]))
}

/** The account of a login is in step with its entry, which is where it was, and a comparison has nothing to say of it. */
async function isManaged(login: string, dn: string): Promise<void> {
  const { reconcile, database, sync } = office.services
  const { id, displayName } = await database.prisma.account.findUniqueOrThrow({ where: { login } })
  const rows = await sync.rows({ kind: 'account', id })
  const row = rows.find(({ target }) => target === 'directory')
  expect(row).toMatchObject({ fault: null, applied: 1 })
  expect(dnKey(row?.remoteDn ?? '')).toBe(dnKey(dn))
  const run = await reconcile.runs.now(allowed('reconcile.change', first), { kind: 'account', id, name: displayName })
  expect(run).toMatchObject({ state: 'done', found: 1 })
  expect(await reconcile.about(allowed('reconcile.read', first), 'account', id)).toEqual([])
}

test('a real 389 Directory Server: what it lacks is said, its people are taken over with all their addresses', async () => {
  await beside(async () => {
    const ds = await startDs389({ folder, port: await freePort(), domain: DOMAIN, password: PASSWORD })
    return { ...ds, env: { LDAP_URL: ds.url } }
  })
  const people = `ou=people,${base}`
  // As its own tool makes them, and as its mail servers' guides do.
  await raw.add(`uid=lan,${people}`, {
    ...{ objectClass: ['nsPerson', 'nsAccount', 'nsOrgPerson', 'posixAccount'], uid: ['lan'] },
    ...{ cn: ['Nguyễn Thị Lan'], displayName: ['Nguyễn Thị Lan'], mail: [`lan.nt@${DOMAIN}`], userPassword: [HASH] },
    ...{ uidNumber: ['1'], gidNumber: ['1'], homeDirectory: ['/'] },
  })
  await raw.add(`uid=minh,${people}`, {
    ...{ objectClass: ['inetOrgPerson', 'mailRecipient'], uid: ['minh'], cn: ['Trần Minh'], sn: ['Trần'] },
    ...{ mail: [`minh.t@${DOMAIN}`], mailAlternateAddress: [`minh@${DOMAIN}`, `lan.nt@${DOMAIN}`, 'minh@example.com'] },
  })
  const seen = await adopt('389ds', people)
  expect(seen).toMatchObject({ counts: { read: 2, new: 2, review: {} } })
  expect(seen['capabilities']).toMatchObject({
    schema: true,
    identifiers: true,
    pagedResults: true,
    transactions: false,
  })
  expect(await entryAt(`uid=lan,${people}`)).toMatchObject({ mail: [`lan.nt@${DOMAIN}`], userPassword: [HASH] })
  // The address that is somebody else's first, and that of another domain, are not taken.
  expect(await entryAt(`uid=minh,${people}`)).toMatchObject({ congvuAlias: [`minh@${DOMAIN}`] })
  await isManaged('lan', `uid=lan,${people}`)
  await isManaged('minh', `uid=minh,${people}`)
})

// Numbers as Microsoft publishes them; of its schema only what the preset reads.
const ACTIVE_DIRECTORY = `dn: cn=ad,cn=schema,cn=config
changetype: add
objectClass: olcSchemaConfig
cn: ad
olcAttributeTypes: ( 1.2.840.113556.1.4.221 NAME 'sAMAccountName' EQUALITY caseIgnoreMatch
  SYNTAX 1.3.6.1.4.1.1466.115.121.1.15 SINGLE-VALUE )
olcAttributeTypes: ( 1.2.840.113556.1.4.656 NAME 'userPrincipalName' EQUALITY caseIgnoreMatch
  SYNTAX 1.3.6.1.4.1.1466.115.121.1.15 SINGLE-VALUE )
olcAttributeTypes: ( 1.2.840.113556.1.4.2 NAME 'objectGUID' EQUALITY octetStringMatch
  SYNTAX 1.3.6.1.4.1.1466.115.121.1.40 SINGLE-VALUE )
olcAttributeTypes: ( 1.2.840.113556.1.2.210 NAME 'proxyAddresses' EQUALITY caseIgnoreMatch
  SYNTAX 1.3.6.1.4.1.1466.115.121.1.15 )
olcAttributeTypes: ( 1.2.840.113556.1.2.141 NAME 'department' EQUALITY caseIgnoreMatch
  SYNTAX 1.3.6.1.4.1.1466.115.121.1.15 SINGLE-VALUE )
olcObjectClasses: ( 1.2.840.113556.1.5.9 NAME 'user' SUP organizationalPerson STRUCTURAL
  MAY ( sAMAccountName $ userPrincipalName $ objectGUID $ proxyAddresses $ department $ mail $ displayName $ givenName ) )
olcObjectClasses: ( 1.2.840.113556.1.3.30 NAME 'computer' SUP user STRUCTURAL )
`

test('a tree like Active Directory’s: people by their sAMAccountName, without computers', async () => {
  await beside(async () => {
    const certificates = await makeCertificates(join(folder, 'certificates'))
    const passwords = { congvu: PASSWORD, dovecot: 'x', postfix: 'x' }
    const options = { folder, port: await freePort(), domain: DOMAIN, certificates, passwords, fast: true }
    const slapd = await startSlapd(options)
    const change = ['-Q', '-Y', 'EXTERNAL', '-H', slapd.adminUrl]
    const { code, output } = await run('ldapmodify', change, {}, ACTIVE_DIRECTORY)
    if (code !== 0) throw new Error(output)
    return { ...slapd, env: { LDAP_URL: slapd.tlsUrl, LDAP_CA_FILE: certificates.caFile } }
  })
  const users = `ou=users,ou=people,${base}`
  await raw.add(users, { objectClass: ['organizationalUnit'], ou: ['users'] })
  const user = (cn: string, more: Record<string, string[]>) =>
    raw.add(`cn=${cn},${users}`, { objectClass: ['user'], cn: [cn], sn: [cn.split(' ')[0] ?? ''], ...more })
  await user('Phạm Thị Hoa', {
    ...{ sAMAccountName: ['hoapt'], userPrincipalName: [`hoapt@${DOMAIN}`], mail: [`hoa.pt@${DOMAIN}`] },
    ...{ department: ['Sở Tài chính'], title: ['Kế toán'], objectGUID: ['0123456789abcdef'] },
    proxyAddresses: [`SMTP:hoa.pt@${DOMAIN}`, `smtp:hoa@${DOMAIN}`, 'x500:/o=QN/cn=hoapt'],
  })
  await user('Vũ Văn Nam', { sAMAccountName: ['namvv'], userPrincipalName: [`nam.vv@${DOMAIN}`] })
  await raw.add(`cn=MAY-01,${users}`, {
    objectClass: ['computer'],
    cn: ['MAY-01'],
    sn: ['x'],
    sAMAccountName: ['MAY-01$'],
  })

  const seen = await adopt('ad', users)
  expect(seen).toMatchObject({ counts: { read: 2, new: 2, review: {} } })
  const hoa = `cn=Phạm Thị Hoa,${users}`
  expect(await entryAt(hoa)).toMatchObject({
    uid: ['hoapt'],
    mail: [`hoa.pt@${DOMAIN}`],
    congvuAlias: [`hoa@${DOMAIN}`],
  })
  expect(await entryAt(`cn=Vũ Văn Nam,${users}`)).toMatchObject({ uid: ['namvv'], mail: [`nam.vv@${DOMAIN}`] })
  await isManaged('hoapt', hoa)
  const { unitId } = await office.services.database.prisma.account.findUniqueOrThrow({ where: { login: 'hoapt' } })
  expect((await office.services.units.find(unitId as UnitId))?.name).toBe('Sở Tài chính')
})

import { argon2Sync, randomBytes, randomUUID } from 'node:crypto'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '../support/jest.ts'
import { connect, type LdapConnection } from '../../src/directory/connection.ts'
import type { Directory, DirectoryAccount, DirectoryGroup, DirectoryOutcome } from '../../src/directory/directory.ts'
import { dnKey } from '../../src/directory/dn.ts'
import { ldapDirectory } from '../../src/directory/ldap.ts'
import { surveyContract } from './survey.contract.ts'
import { equal, present, valuesOf, type LdapEntry, type LdapSettings } from '../../src/directory/operations.ts'

/** A running directory to hold the contract against, and what it declares to be able to do. */
export type Subject = {
  readonly settings: LdapSettings
  readonly transactions: boolean
  readonly passwordPolicy: boolean
  readonly members: number
  /** Whether it keeps Argon2 hashes as they come, and checks passwords by them. */
  readonly argon2: boolean
  /** Whether entries can be moved and renamed. */
  readonly moves: boolean
  stop(): Promise<void>
}

export const hash = (password: string): string => {
  const nonce = randomBytes(16)
  const tag = argon2Sync('argon2id', {
    message: password,
    nonce,
    memory: 4096,
    passes: 2,
    parallelism: 1,
    tagLength: 32,
  })
  const text = (bytes: Buffer) => bytes.toString('base64').replace(/=+$/, '')
  return `{ARGON2}$argon2id$v=19$m=4096,t=2,p=1$${text(nonce)}$${text(tag)}`
}

let serial = 0

export function account(changes: Partial<DirectoryAccount> = {}): DirectoryAccount {
  serial += 1
  const login = changes.login ?? `1${String(serial).padStart(5, '0')}`
  return {
    kind: 'account',
    id: randomUUID(),
    login,
    person: true,
    displayName: 'Nguyễn Thị Bích Đào',
    surname: 'Nguyễn',
    givenName: 'Đào',
    mail: `a${login}@quangninh.gov.vn`,
    aliases: [],
    title: 'Chuyên viên',
    phone: '0203 3 123 456',
    unitNumber: 12,
    unitName: 'Sở Nội vụ',
    signIn: false,
    receive: true,
    quotaMb: 2048,
    sendAs: [],
    reply: null,
    password: null,
    revision: 1,
    mayCreate: true,
    ...changes,
  }
}

export function group(changes: Partial<DirectoryGroup> = {}): DirectoryGroup {
  serial += 1
  return {
    kind: 'group',
    posting: null,
    id: randomUUID(),
    name: String(serial),
    description: 'Sở Nội vụ, phòng Tổ chức "cán bộ", nhóm *',
    unitNumber: serial,
    mail: `g${serial}@quangninh.gov.vn`,
    aliases: [],
    members: [],
    revision: 1,
    ...changes,
  }
}

/** What every implementation of the directory does, held against a running one. */
export function directoryContract(name: string, start: () => Promise<Subject>): void {
  describe(`the directory (${name})`, () => {
    let subject: Subject
    let directory: Directory
    let raw: LdapConnection

    beforeAll(async () => {
      subject = await start()
      directory = ldapDirectory(subject.settings)
    })
    afterAll(async () => {
      await directory.close()
      await subject.stop()
    })
    beforeEach(async () => {
      raw = await connect(subject.settings)
    })
    afterEach(() => raw.close())

    const base = () => subject.settings.baseDn
    const only = async (entry: DirectoryAccount | DirectoryGroup): Promise<DirectoryOutcome> => {
      const [outcome, ...more] = await directory.ensure([entry])
      expect(more).toEqual([])
      if (!outcome) throw new Error('no outcome')
      return outcome
    }
    const read = async (id: string): Promise<LdapEntry | undefined> => {
      const options = { scope: 'sub', filter: equal('congvuId', id), attributes: ['*', 'entryUUID'] } as const
      const [entry, ...more] = await raw.search(base(), options)
      expect(more).toEqual([])
      return entry
    }
    const value = async (id: string, attribute: string) => valuesOf((await read(id)) ?? missing(id), attribute)
    const missing = (id: string): never => {
      throw new Error(`no entry ${id}`)
    }
    const bind = async (dn: string, password: string): Promise<'bound' | number | null> => {
      try {
        await (await connect(subject.settings, { dn, password })).close()
        return 'bound'
      } catch (error) {
        return (error as { code: number | null }).code
      }
    }
    const at = (outcome: DirectoryOutcome): { remoteId: string; remoteDn: string } => {
      if (!('remoteDn' in outcome)) throw new Error(JSON.stringify(outcome))
      return outcome
    }
    const refused = (detail: RegExp) => ({
      status: 'fault',
      fault: { kind: 'refused', detail: expect.stringMatching(detail) as unknown },
    })

    surveyContract(() => subject)

    test('declares what it can do', async () => {
      expect(await directory.capabilities()).toEqual({
        vendor: expect.stringMatching(/\w/) as unknown,
        transactions: subject.transactions,
        pagedResults: true,
        passwordPolicy: subject.passwordPolicy,
      })
    })

    test('finds itself well', async () => {
      const findings = await directory.check()
      expect(findings.filter(({ ok }) => !ok)).toEqual([])
      expect(findings.map(({ check }) => check)).toEqual([
        'directory: connection',
        'directory: service account',
        'directory: base',
        'directory: schema',
        'directory: writing',
        'directory: clock',
        'directory: capabilities',
      ])
    })

    describe('a person', () => {
      test('is created as documented, and reads back under its identity', async () => {
        const further = { sendAs: ['vanthu.snv@quangninh.gov.vn'], reply: 'Đã nghỉ.\nThư 100% gửi văn thư.' }
        const person = account({ aliases: ['bi.danh@quangninh.gov.vn'], ...further })
        const outcome = await only(person)
        expect(outcome.status).toBe('created')
        expect(dnKey(at(outcome).remoteDn)).toBe(dnKey(`uid=${person.login},ou=people,${base()}`))
        const entry = (await read(person.id)) ?? missing(person.id)
        expect(valuesOf(entry, 'entryUUID')).toEqual([at(outcome).remoteId])
        expect(valuesOf(entry, 'objectClass')).toEqual(expect.arrayContaining(['inetOrgPerson', 'congvuMailAccount']))
        for (const [attribute, wanted] of Object.entries({
          uid: person.login,
          cn: 'Nguyễn Thị Bích Đào',
          sn: 'Nguyễn',
          givenName: 'Đào',
          mail: person.mail,
          title: 'Chuyên viên',
          telephoneNumber: '0203 3 123 456',
          ou: 'Sở Nội vụ',
          congvuAlias: 'bi.danh@quangninh.gov.vn',
          congvuSignIn: 'FALSE',
          congvuReceive: 'TRUE',
          congvuQuota: '2048',
          congvuUnit: '12',
          congvuRevision: '1',
          congvuSendAs: 'vanthu.snv@quangninh.gov.vn',
          // Dovecot reads a percent sign as the beginning of a variable.
          congvuReply: `${person.mail}|bi.danh@quangninh.gov.vn Đã nghỉ.\nThư 100%% gửi văn thư.`,
        }))
          expect([attribute, ...valuesOf(entry, attribute)]).toEqual([attribute, wanted])
        expect(valuesOf(entry, 'userPassword')).toEqual([])
      })

      test('asked for again is unchanged', async () => {
        const person = account()
        const first = at(await only(person))
        expect(await only(person)).toEqual({ status: 'unchanged', remoteId: first.remoteId, remoteDn: first.remoteDn })
      })

      test('is changed in place, and what is no longer wanted goes', async () => {
        const person = account({ aliases: ['cu@quangninh.gov.vn'], phone: '0912 345 678' })
        const first = at(await only(person))
        const changed = await only({
          ...person,
          displayName: 'Nguyễn Thị Bích Đào (Vụ trưởng)',
          mail: 'moi@quangninh.gov.vn',
          aliases: [],
          title: null,
          phone: null,
          receive: false,
          quotaMb: 4096,
          unitNumber: 77,
          unitName: 'Sở Tài chính',
          revision: 2,
        })
        expect(changed).toEqual({ status: 'changed', remoteId: first.remoteId, remoteDn: first.remoteDn })
        const entry = (await read(person.id)) ?? missing(person.id)
        expect(valuesOf(entry, 'mail')).toEqual(['moi@quangninh.gov.vn'])
        expect(valuesOf(entry, 'congvuReceive')).toEqual(['FALSE'])
        expect(valuesOf(entry, 'congvuRevision')).toEqual(['2'])
        for (const gone of ['congvuAlias', 'title', 'telephoneNumber']) expect(valuesOf(entry, gone)).toEqual([])
      })

      test('that drifted is set right at the same revision', async () => {
        const person = account()
        const { remoteDn } = at(await only(person))
        await raw.modify(remoteDn, [{ operation: 'replace', attribute: 'mail', values: ['sai@quangninh.gov.vn'] }])
        expect((await only(person)).status).toBe('changed')
        expect(await value(person.id, 'mail')).toEqual([person.mail])
      })

      test('keeps attributes that others have set', async () => {
        const person = account()
        const { remoteDn } = at(await only(person))
        const note = { operation: 'add', attribute: 'description', values: ['Ghi chú của phòng Tổ chức'] } as const
        await raw.modify(remoteDn, [note])
        await only({ ...person, title: 'Phó giám đốc', revision: 2 })
        expect(await value(person.id, 'description')).toEqual(['Ghi chú của phòng Tổ chức'])
      })

      test.each([
        'Lê "Bé" Ba',
        'Trần, Văn; Bốn + Năm',
        'Đặng (*)(uid=*)) \\ <b>#=',
        '#Phạm Sáu',
        'ẶẴỮ ốỗợ 😀',
        "O'Brien Y Kđăm",
      ])('may be called %s', async (displayName) => {
        const person = account({ displayName, surname: displayName, givenName: displayName, title: displayName })
        expect((await only(person)).status).toBe('created')
        expect((await only(person)).status).toBe('unchanged')
        expect(await value(person.id, 'cn')).toEqual([displayName])
      })

      test('whose login cannot name an entry is refused without asking the directory', async () => {
        expect(await only(account({ login: 'a,ou=services' }))).toEqual(refused(/cannot name an entry/))
      })

      test('that may not be created is refused while missing, and changed once there', async () => {
        const person = account({ mayCreate: false })
        expect(await only(person)).toEqual(refused(/missing and may not be created/))
        expect(await read(person.id)).toBeUndefined()
        await only({ ...person, mayCreate: true })
        expect((await only({ ...person, quotaMb: 1, revision: 2 })).status).toBe('changed')
      })

      test('with a higher revision in the directory is left alone', async () => {
        const person = account({ revision: 7 })
        await only(person)
        const old = await only({ ...person, mail: 'cu.ky@quangninh.gov.vn', revision: 6 })
        expect(old).toEqual({ status: 'superseded', revision: 7 })
        expect(await value(person.id, 'mail')).toEqual([person.mail])
      })
    })

    describe('a password', () => {
      /** Where the hash is not kept as written, that is a fault, and nobody is let in by it. */
      async function unkept(): Promise<void> {
        const person = account({ signIn: true, password: hash('đúng') })
        expect(await only(person)).toMatchObject({
          status: 'fault',
          fault: { detail: expect.stringContaining('userPassword') as unknown },
        })
        expect(await bind(`uid=${person.login},ou=people,${base()}`, 'đúng')).toBe(49)
      }

      test('opens the door while sign-in is allowed, and only then', async () => {
        if (!subject.argon2) return unkept()
        const person = account()
        const { remoteDn } = at(await only(person))
        expect(await bind(remoteDn, 'Mật khẩu 123!')).not.toBe('bound')
        const on = { ...person, signIn: true, password: hash('Mật khẩu 123!'), revision: 2 }
        expect((await only(on)).status).toBe('changed')
        expect(await bind(remoteDn, 'Mật khẩu 123!')).toBe('bound')
        expect(await bind(remoteDn, 'Mật khẩu 124!')).toBe(49)
        expect(await only(on)).toMatchObject({ status: 'unchanged' })
        expect((await only({ ...on, signIn: false, revision: 3 })).status).toBe('changed')
        expect(await value(person.id, 'userPassword')).toEqual([])
        expect(await value(person.id, 'congvuSignIn')).toEqual(['FALSE'])
        expect(await bind(remoteDn, 'Mật khẩu 123!')).not.toBe('bound')
      })

      test('that is changed shuts out the old one', async () => {
        if (!subject.argon2) return unkept()
        const person = account({ signIn: true, password: hash('cái cũ') })
        const { remoteDn } = at(await only(person))
        await only({ ...person, password: hash('cái mới'), revision: 2 })
        expect(await bind(remoteDn, 'cái cũ')).toBe(49)
        expect(await bind(remoteDn, 'cái mới')).toBe('bound')
      })

      test('guessed wrongly five times locks the account', async () => {
        if (!subject.argon2) return unkept()
        const person = account({ signIn: true, password: hash('đúng') })
        const { remoteDn } = at(await only(person))
        for (let n = 0; n < 5; n += 1) expect(await bind(remoteDn, 'sai')).toBe(49)
        expect(await bind(remoteDn, 'đúng')).toBe(49)
      })

      test('never opens a door when empty', async () => {
        if (!subject.argon2) return unkept()
        const person = account({ signIn: true, password: hash('có') })
        const { remoteDn } = at(await only(person))
        expect(await bind(remoteDn, '')).toBeNull()
      })
    })

    describe('an address or login of another entry is never taken over', () => {
      test.each([
        ['login', (other: DirectoryAccount) => ({ login: other.login })],
        ['mail', (other: DirectoryAccount) => ({ mail: other.mail.toUpperCase() })],
        ['alias as mail', (other: DirectoryAccount) => ({ mail: other.aliases[0] ?? '' })],
        ['mail as alias', (other: DirectoryAccount) => ({ aliases: [other.mail] })],
        ['alias', (other: DirectoryAccount) => ({ aliases: [other.aliases[0] ?? ''] })],
      ])('%s', async (_what, take) => {
        const other = account({ aliases: [`phu${serial}@quangninh.gov.vn`] })
        await only(other)
        const stranger = account(take(other))
        expect(await only(stranger)).toEqual(refused(new RegExp(`belongs to .*congvuId ${other.id}`)))
        expect(await read(stranger.id)).toBeUndefined()
        expect(await value(other.id, 'mail')).toEqual([other.mail])
        expect((await only(other)).status).toBe('unchanged')
      })

      test('nor by a change of an entry that is there', async () => {
        const other = account()
        const person = account()
        await directory.ensure([other, person])
        expect(await only({ ...person, mail: other.mail, revision: 2 })).toEqual(refused(/belongs to/))
        expect(await value(person.id, 'congvuRevision')).toEqual(['1'])
      })

      test('nor from an entry without an identity of ours', async () => {
        const person = account()
        const dn = `uid=${person.login},ou=people,${base()}`
        const foreign = { objectClass: ['inetOrgPerson'], uid: [person.login], cn: ['Người lạ'], sn: ['Lạ'] }
        await raw.add(dn, foreign)
        expect(await only(person)).toEqual(refused(/without congvuId/))
        const [entry] = await raw.search(dn, { scope: 'base', filter: present('objectClass'), attributes: ['*'] })
        expect(entry && valuesOf(entry, 'congvuId')).toEqual([])
      })

      test('but it may pass from one to the other, and is never with neither', async () => {
        const shared = `chuyen${serial}@quangninh.gov.vn`
        const [one, other] = [account({ aliases: [shared] }), account()]
        await directory.ensure([one, other])
        let isOver = false
        const seen: number[] = []
        const looking = (async () => {
          const holders = { scope: 'sub', filter: equal('congvuAlias', shared), attributes: ['uid'] } as const
          while (!isOver) seen.push((await raw.search(base(), holders)).length)
        })()
        for (let revision = 2; revision < 22; revision++) {
          const [giver, taker] = revision % 2 === 0 ? [one, other] : [other, one]
          const outcomes = await directory.ensure([
            { ...giver, aliases: [], revision },
            { ...taker, aliases: [shared], revision, takesFrom: [giver.id.toUpperCase()] },
          ])
          expect(outcomes.map(({ status }) => status)).toEqual(['changed', 'changed'])
        }
        isOver = true
        await looking
        expect(await value(one.id, 'congvuAlias')).toEqual([shared])
        expect(seen.length).toBeGreaterThan(20)
        // Where both are written together, it is with one of them; elsewhere for a moment with both.
        expect(seen.filter((holders) => holders !== 1 && (subject.transactions || holders !== 2))).toEqual([])
      })

      test('nor from anybody else than whom it passes from, and a login never', async () => {
        const [one, other, third] = [account(), account(), account()]
        await directory.ensure([one, other, third])
        const from = { revision: 2, takesFrom: [one.id] }
        expect(await only({ ...third, ...from, mail: other.mail })).toEqual(refused(/belongs to/))
        expect(await only(account({ ...from, login: one.login }))).toEqual(refused(/belongs to/))
        expect(await only({ ...third, ...from, mail: one.mail })).toMatchObject({ status: 'changed' })
      })
    })

    test('an adopted entry stays where it is', async () => {
      const person = account()
      const dn = `cn=Ho Cu,ou=people,${base()}`
      await raw.add(dn, {
        objectClass: ['inetOrgPerson', 'congvuMailAccount'],
        cn: ['Ho Cu'],
        sn: ['Ho'],
        congvuId: [person.id],
      })
      const outcome = await only(person)
      expect(outcome.status).toBe('changed')
      expect(dnKey(at(outcome).remoteDn)).toBe(dnKey(dn))
      expect([...(await value(person.id, 'cn'))].sort()).toEqual(['Ho Cu', person.displayName])
      expect((await only(person)).status).toBe('unchanged')
    })

    test('a shared mailbox is a role without a password', async () => {
      const mailbox = account({
        person: false,
        login: `vanthu${serial}`,
        displayName: 'Văn thư Sở Nội vụ',
        signIn: true,
        password: hash('không dùng'),
      })
      const outcome = await only(mailbox)
      expect(outcome.status).toBe('created')
      const entry = (await read(mailbox.id)) ?? missing(mailbox.id)
      expect(valuesOf(entry, 'objectClass')).toContain('organizationalRole')
      expect(valuesOf(entry, 'userPassword')).toEqual([])
      expect(await bind(at(outcome).remoteDn, 'không dùng')).not.toBe('bound')
      expect((await only({ ...mailbox, displayName: 'Văn thư', revision: 2 })).status).toBe('changed')
    })

    describe('a group', () => {
      test('may be empty, gain members, and lose them all again', async () => {
        const people = [account(), account(), account()]
        const dns = (await directory.ensure(people)).map((outcome) => at(outcome).remoteDn)
        const unit = group()
        expect((await only(unit)).status).toBe('created')
        expect((await only({ ...unit, members: dns, revision: 2 })).status).toBe('changed')
        expect((await value(unit.id, 'member')).map(dnKey).sort()).toEqual(dns.map(dnKey).sort())
        const respelled = dns.map((dn) => dn.replaceAll(',', ', ').toUpperCase())
        expect((await only({ ...unit, members: respelled, revision: 2 })).status).toBe('unchanged')
        expect((await only({ ...unit, members: dns.slice(1), revision: 3 })).status).toBe('changed')
        expect(await value(unit.id, 'member')).toHaveLength(2)
        expect((await only({ ...unit, members: [], mail: null, revision: 4 })).status).toBe('changed')
        expect(await value(unit.id, 'member')).toEqual([])
        expect(await value(unit.id, 'mail')).toEqual([])
      })

      test('holds many members, and changes by one', async () => {
        const members = Array.from({ length: subject.members }, (_, n) => `uid=x${n},ou=people,${base()}`)
        const unit = group({ members })
        expect((await only(unit)).status).toBe('created')
        expect((await only({ ...unit, members: members.slice(1), revision: 2 })).status).toBe('changed')
        expect(await value(unit.id, 'member')).toHaveLength(subject.members - 1)
      })

      test('that is a list says who may write to it', async () => {
        const list = group({ posting: 'province' })
        expect((await only(list)).status).toBe('created')
        expect(await value(list.id, 'congvuPosting')).toEqual(['province'])
        expect((await only({ ...list, posting: 'named', revision: 2 })).status).toBe('changed')
        expect(await value(list.id, 'congvuPosting')).toEqual(['named'])
      })

      test("does not take the place of somebody else's", async () => {
        const unit = group()
        await only(unit)
        expect(await only(group({ name: unit.name }))).toEqual(refused(/belongs to/))
      })

      test('does not take the address of a person', async () => {
        const person = account()
        await only(person)
        expect(await only(group({ mail: person.mail }))).toEqual(refused(/belongs to/))
      })
    })

    describe('a batch', () => {
      test('answers in the order asked, and one bad entry does not hold up the others', async () => {
        const batch = Array.from({ length: 300 }, () => account())
        batch[142] = account({ phone: 'số đẹp ☎' })
        const outcomes = await directory.ensure(batch)
        expect(outcomes.map(({ status }, n) => (n === 142 ? 'created' : status))).toEqual(batch.map(() => 'created'))
        expect(outcomes[142]).toEqual(refused(/invalidAttributeSyntax/))
        for (const n of [0, 141, 143, 299]) {
          const outcome = outcomes[n]
          expect(outcome && at(outcome).remoteDn).toContain(batch[n]?.login)
        }
        expect((await directory.ensure(batch)).filter(({ status }) => status === 'unchanged')).toHaveLength(299)
      })

      test('may speak of one entry twice; the later word holds', async () => {
        const person = account()
        const outcomes = await directory.ensure([person, { ...person, quotaMb: 9, revision: 2 }])
        expect(outcomes.map(({ status }) => status)).toEqual(['created', 'changed'])
        expect(await value(person.id, 'congvuQuota')).toEqual(['9'])
      })

      test('may be empty', async () => {
        expect(await directory.ensure([])).toEqual([])
      })
    })

    test('an emptied directory is made anew', async () => {
      const secret = subject.argon2 ? { signIn: true, password: hash('như cũ') } : {}
      const people = [account(secret), account()]
      await directory.ensure(people)
      for (const container of ['people', 'groups']) {
        const dn = `ou=${container},${base()}`
        const options = {
          scope: 'one',
          filter: present('objectClass'),
          attributes: ['objectClass'],
          pageSize: 200,
        } as const
        const entries = await raw.search(dn, options)
        await Promise.all(entries.map((entry) => raw.del(entry.dn)))
        await raw.del(dn)
      }
      const outcomes = await directory.ensure([...people, group()])
      expect(outcomes.map(({ status }) => status)).toEqual(['created', 'created', 'created'])
      if (subject.argon2) expect(outcomes[0] && (await bind(at(outcomes[0]).remoteDn, 'như cũ'))).toBe('bound')
    })

    describe('removes', () => {
      test('entries by their identity, and again without complaint', async () => {
        const [gone, stays] = [account({ revision: 3 }), account()]
        await directory.ensure([gone, stays])
        expect(await directory.remove([gone])).toEqual([{ status: 'removed' }])
        expect(await read(gone.id)).toBeUndefined()
        expect(await directory.remove([gone])).toEqual([{ status: 'absent' }])
        expect(await value(stays.id, 'uid')).toEqual([stays.login])
        // The name is free for the same identity again.
        expect(await only({ ...gone, revision: 4 })).toMatchObject({ status: 'created' })
      })

      test('many in one go, groups too, whatever is between them', async () => {
        const people = Array.from({ length: 120 }, () => account())
        const list = group()
        await directory.ensure([...people, list])
        const outcomes = await directory.remove([...people, { id: randomUUID(), revision: 1 }, list])
        expect(outcomes.map(({ status }) => status)).toEqual([...people.map(() => 'removed'), 'absent', 'removed'])
      })

      test('no entry that a newer revision wants', async () => {
        const entry = account({ revision: 7 })
        await directory.ensure([entry])
        expect(await directory.remove([{ id: entry.id, revision: 6 }])).toEqual([{ status: 'superseded', revision: 7 }])
        expect(await value(entry.id, 'congvuRevision')).toEqual(['7'])
      })

      test('neither of two entries of one identity', async () => {
        const entry = account()
        await directory.ensure([entry])
        const copy = `uid=${entry.login}x,ou=people,${base()}`
        await raw.add(copy, {
          objectClass: ['inetOrgPerson', 'congvuMailAccount'],
          ...{ cn: ['x'], sn: ['x'], uid: [`${entry.login}x`], congvuId: [entry.id] },
        })
        expect(await directory.remove([entry])).toMatchObject([{ status: 'fault', fault: { kind: 'refused' } }])
        await raw.del(copy)
        expect(await directory.remove([entry])).toEqual([{ status: 'removed' }])
      })
    })
  })
}

import { afterAll, beforeAll, describe, expect, test } from '../support/jest.ts'
import { connect } from '../../src/directory/connection.ts'
import type { Directory, DirectoryEntry } from '../../src/directory/directory.ts'
import { ldapDirectory } from '../../src/directory/ldap.ts'
import { ldapSurvey } from '../../src/directory/ldap-survey.ts'
import type { DirectorySurvey, Surveyed } from '../../src/directory/survey.ts'
import { account, group, type Subject } from './directory.contract.ts'

/** What reconciliation and adoption need of a directory, held against the same one as the rest of the contract. */
export function surveyContract(subject: () => Subject): void {
  describe('read as a whole', () => {
    let survey: DirectorySurvey
    let directory: Directory
    beforeAll(() => {
      survey = ldapSurvey(subject().settings)
      directory = ldapDirectory(subject().settings)
    })
    afterAll(() => directory.close())

    async function all(wanted: readonly DirectoryEntry[]): Promise<Surveyed[]> {
      const found: Surveyed[] = []
      const asked = (ids: readonly string[]) => wanted.filter(({ id }) => ids.includes(id))
      for await (const page of survey.survey((ids) => Promise.resolve(asked(ids)))) found.push(...page)
      return found
    }
    const of = (found: readonly Surveyed[], { id }: DirectoryEntry) => found.filter((entry) => entry.id === id)

    test('shows every entry once, over as many pages as it takes, and what it was made of as it is', async () => {
      const many = Array.from({ length: 600 }, () => account({ aliases: [`phu.${Math.random()}@quangninh.gov.vn`] }))
      await directory.ensure(many)
      const [one] = await directory.ensure([many[0] as DirectoryEntry])
      const member = one && 'remoteDn' in one ? one.remoteDn : ''
      const unit = group({ members: [member] })
      await directory.ensure([unit])
      const found = await all([...many, unit])
      for (const entry of [...many, unit]) {
        expect(of(found, entry)).toEqual([expect.objectContaining({ known: true, differences: [], revision: 1 })])
        expect(of(found, entry)[0]?.remoteId).toMatch(/./)
      }
    })

    test('tells both values where they differ, and of a password only that it does', async () => {
      const person = account({ signIn: true, password: '{ARGON2}$argon2id$v=19$m=4096,t=2,p=1$AAAA$AAAA' })
      await directory.ensure([person])
      const wanted = { ...person, title: 'Trưởng phòng', password: '{ARGON2}$argon2id$v=19$m=4096,t=2,p=1$AAAA$BBBB' }
      expect(of(await all([wanted]), person)).toMatchObject([
        {
          differences: [
            { attribute: 'title', is: ['Chuyên viên'], should: ['Trưởng phòng'] },
            { attribute: 'userPassword', is: ['•••'], should: ['•••'] },
          ],
        },
      ])
      const newer = account()
      await directory.ensure([newer])
      expect(of(await all([{ ...newer, revision: 3 }]), newer)).toMatchObject([
        { revision: 1, differences: [{ attribute: 'congvuRevision', is: ['1'], should: ['3'] }] },
      ])
    })

    test('shows what is nobody’s, with what it claims for itself, whatever its name is made of', async () => {
      const raw = await connect(subject().settings)
      const base = `ou=people,${subject().settings.baseDn}`
      await raw.add(`cn=Đỗ Thị\\, Khách,${base}`, {
        ...{ objectClass: ['inetOrgPerson'], cn: ['Đỗ Thị, Khách'], sn: ['Đỗ'], mail: ['Khach@Example.com'] },
      })
      await raw.close()
      const strangers = (await all([])).filter(({ name }) => name === 'Đỗ Thị, Khách')
      expect(strangers).toMatchObject([{ id: null, known: false, claims: ['mail:khach@example.com'] }])
      const [stranger] = strangers
      if (!stranger?.remoteId) throw new Error('no identifier')
      const { dn, remoteId } = stranger
      await expect(survey.removeEntry({ dn: `cn=x,${base}`, remoteId })).rejects.toMatchObject({
        fault: { kind: 'refused' },
      })
      await survey.removeEntry({ dn, remoteId })
      await survey.removeEntry({ dn, remoteId })
      expect((await all([])).filter(({ name }) => name === 'Đỗ Thị, Khách')).toEqual([])
    })

    test('is looked at by identity, name, address and the server’s identifier', async () => {
      const [a, b] = [account(), account()]
      const [made] = await directory.ensure([a, b])
      const remoteId = made && 'remoteId' in made ? made.remoteId : ''
      expect(await survey.look([], [remoteId])).toMatchObject([{ id: a.id, known: false }])
      expect(await survey.look([], [], [b.id])).toMatchObject([{ id: b.id }])
      const claimed = await survey.look([account({ mail: a.mail, aliases: [b.mail] })])
      expect(claimed.map(({ id }) => id).sort()).toEqual([a.id, b.id].sort())
      expect(await survey.look([])).toEqual([])
    })

    test('takes an entry that lost its identity back by the server’s identifier, and no other', async () => {
      const person = account()
      const [made] = await directory.ensure([person])
      if (!made || !('remoteDn' in made)) throw new Error('not made')
      const raw = await connect(subject().settings)
      const ours = ['congvuId', 'congvuSignIn', 'congvuReceive', 'congvuQuota', 'congvuUnit', 'congvuRevision']
      await raw.modify(made.remoteDn, [
        ...ours.map((attribute) => ({ operation: 'delete' as const, attribute, values: [] })),
        { operation: 'delete', attribute: 'objectClass', values: ['congvuMailAccount'] },
      ])
      await raw.close()
      expect(await directory.ensure([person])).toMatchObject([{ status: 'fault', fault: { kind: 'refused' } }])
      expect(await directory.ensure([{ ...person, remoteId: made.remoteId }])).toMatchObject([{ status: 'changed' }])
      expect(of(await all([person]), person)).toMatchObject([{ differences: [] }])
    })

    test('puts an entry back under its own name and to its place, where the server moves entries', async () => {
      const person = account()
      const [made] = await directory.ensure([person])
      if (!made || !('remoteDn' in made)) throw new Error('not made')
      const base = subject().settings.baseDn
      const raw = await connect(subject().settings)
      const away = `uid=khac-${person.login},ou=groups,${base}`
      const moving = raw.write({ type: 'rename', dn: made.remoteDn, to: away })
      if (!subject().moves) {
        await expect(moving).rejects.toMatchObject({ fault: { kind: 'refused' } })
        await raw.close()
        return
      }
      await moving
      await raw.close()
      // Its own name without being told, for the mail server goes by it; its place only when told.
      expect(await directory.ensure([person])).toMatchObject([
        { remoteDn: `uid=${person.login},ou=groups,${base}`, remoteId: made.remoteId },
      ])
      expect(await directory.ensure([{ ...person, place: made.remoteDn }])).toMatchObject([
        { remoteDn: made.remoteDn, remoteId: made.remoteId },
      ])
    })

    test('puts many back at once, and stays up', async () => {
      const people = Array.from({ length: 12 }, () => account())
      const made = await directory.ensure(people)
      const places = made.map((one) => ('remoteDn' in one ? one.remoteDn : ''))
      if (!subject().moves) return
      const raw = await connect(subject().settings)
      const groups = `ou=groups,${subject().settings.baseDn}`
      for (const [n, { login }] of people.entries())
        await raw.write({ type: 'rename', dn: places[n] ?? '', to: `uid=${login},${groups}` })
      await raw.close()
      const back = await directory.ensure(people.map((person, n) => ({ ...person, place: places[n] ?? null })))
      expect(back.map((one) => ('remoteDn' in one ? one.remoteDn : one))).toEqual(places)
    })
  })
}

import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { describe, expect, test } from './support/jest.ts'

const src = join(import.meta.dirname, '..', 'src')
const FEATURES = [
  'requests',
  'reviews',
  'accounts',
  'addresses',
  'units',
  'provisioning',
  'audit',
  'letters',
  'retention',
  'access',
  'calendar',
  'scheduled',
  'imports',
  'reorganisations',
  'brake',
  'lists',
  'reconcile',
  'people',
] as const
/** Where people and programs come in. */
const DOORS = ['web', 'api']
const PORTS = [
  'directory/directory.ts',
  'directory/survey.ts',
  'directory/foreign.ts',
  'mail/mail.ts',
  'mail/survey.ts',
]
const isFeature = (room: string): boolean => (FEATURES as readonly string[]).includes(room)

type Import = { from: string; to: string }
const files = readdirSync(src, { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.ts') && !name.includes('generated'))
  .sort()
const roomOf = (file: string): string => file.split('/')[0] ?? ''
const nameOf = (file: string): string => file.split('/').slice(1).join('/')
const textOf = (file: string): string => readFileSync(join(src, file), 'utf8')

const imports: Import[] = files.flatMap((from) =>
  [...textOf(from).matchAll(/(?:from|import) '([^']+)'/g)].map((match) => {
    const [, target = ''] = match
    return { from, to: target.startsWith('.') ? relative(src, join(dirname(join(src, from)), target)) : target }
  }),
)
const ours = imports.filter(({ to }) => to.endsWith('.ts'))
const across = ours.filter(({ from, to }) => roomOf(from) !== roomOf(to))
const show = (found: readonly Import[]): string[] => found.map(({ from, to }) => `${from} → ${to}`)

/** A file that thinks: no `await`, no Prisma; others may use its types and decisions. */
const isSingular = (file: string): boolean => !/\bawait\b|\basync\b|Prisma/.test(textOf(file))
const isPlural = (file: string): boolean => isFeature(roomOf(file)) && nameOf(file) !== 'store.ts'

describe('the walls of the house', () => {
  test('are looked at: the imports were found', () => {
    expect(across.length).toBeGreaterThan(100)
    expect(imports.some(({ to }) => to === 'ldapjs')).toBe(true)
  })

  test('the kernel imports nothing of ours', () => {
    expect(show(across.filter(({ from }) => roomOf(from) === 'kernel'))).toEqual([])
  })

  test('only main constructs: nobody imports main, and the doors only the type of what main made', () => {
    const allowed = (each: Import) => DOORS.includes(roomOf(each.from)) && each.to === 'main/compose.ts'
    expect(show(across.filter((each) => roomOf(each.to) === 'main' && !allowed(each)))).toEqual([])
    const values = files.filter(
      (file) => DOORS.includes(roomOf(file)) && /^import \{[^}]*\} from '\.\.\/main\//m.test(textOf(file)),
    )
    expect(values).toEqual([])
  })

  test('a store is its own room’s', () => {
    const shared = (each: Import) => each.from === 'db/transaction.ts' && each.to === 'audit/store.ts'
    expect(show(across.filter((each) => nameOf(each.to) === 'store.ts' && !shared(each)))).toEqual([])
  })

  test('pages and API do not know each other, but for the shape of the API’s document', () => {
    const found = across.filter(({ from, to }) => DOORS.includes(roomOf(from)) && DOORS.includes(roomOf(to)))
    expect(show(found.filter(({ to }) => to !== 'api/document.ts'))).toEqual([])
    expect(textOf('api/document.ts')).not.toMatch(/import |export (?!type )/)
  })

  test('the doors never import a store, a driver or Prisma', () => {
    const drivers = (to: string) => ['directory', 'mail', 'db'].includes(roomOf(to)) && to !== 'db/migrate.ts'
    expect(
      show(ours.filter(({ from, to }) => DOORS.includes(roomOf(from)) && (drivers(to) || nameOf(to) === 'store.ts'))),
    ).toEqual([])
  })

  test('features import the kernel, db, ports and other features’ doors, nothing else', () => {
    const fits = ({ from, to }: Import) =>
      ['kernel', 'db'].includes(roomOf(to)) ||
      isPlural(to) ||
      PORTS.includes(to) ||
      // The directory vouches for people; passport-ldapauth must meet the same TLS settings as the driver.
      (from === 'access/sign-in.ts' && ['directory/connection.ts', 'directory/operations.ts'].includes(to))
    expect(show(across.filter((each) => isFeature(roomOf(each.from)) && !fits(each)))).toEqual([])
  })

  test('provisioning knows the ports, never an implementation', () => {
    const found = across.filter(
      ({ from, to }) => roomOf(from) === 'provisioning' && ['directory', 'mail'].includes(roomOf(to)),
    )
    expect(show(found.filter(({ to }) => !PORTS.includes(to)))).toEqual([])
  })

  test.each([
    'request',
    'comment',
    'details',
    'address',
    'account',
    'holder',
    'list',
    'password',
    'unit',
    'policy',
    'entry',
    'ledger',
    'working-days',
    'seats',
    'retention',
    'template',
    'bounce',
    'return-address',
    'course',
    'deputy',
    'eyes',
    'steps',
    'organisation',
    'waits',
    'access-token',
    'scope',
    'life',
    'person',
    'kept-name',
    'quota',
    'life-policy',
    'life-acts',
    'idle',
    'past',
    'review',
    'change',
    'waiting',
    'brake',
    ...[
      'reorganisation',
      'draft',
      'after',
      'places',
      'unit-mailboxes',
      'unit-addresses',
      'offices',
      'outcome',
      'homes',
    ],
    ...[
      'difference',
      'import',
      'plan',
      'plan/doubles',
      'plan/facts',
      'plan/given-address',
      'plan/item',
      'plan/matching',
    ],
    ...['plan/patch', 'plan/reason', 'plan/spelling', 'plan/spelling-words'],
    ...[
      'cells',
      'columns',
      'dates',
      'detection',
      'encodings',
      'guesses',
      'header',
      'headings',
      'mapping',
      'numbers',
    ].map((name) => `reading/${name}`),
    ...['persons', 'rows', 'serial', 'styles', 'syllable', 'units-around', 'values'].map((name) => `reading/${name}`),
    'compare',
    'finding',
  ])('%s.ts thinks, and does not act', (name) => {
    const file = files.find((each) => nameOf(each) === `${name}.ts`)
    expect(file).toBeDefined()
    expect(isSingular(file ?? '')).toBe(true)
  })

  test('one file alone imports ldapjs, and one reads the environment', () => {
    const ldapjs = imports.filter(({ to }) => to === 'ldapjs' || to.startsWith('ldapjs/')).map(({ from }) => from)
    expect([...new Set(ldapjs)]).toEqual(['directory/connection.ts'])
    const env = files.filter((file) => textOf(file).includes('process.env'))
    expect(env).toEqual(['main/config.ts'])
  })

  const tests = readdirSync(import.meta.dirname, { recursive: true, encoding: 'utf8' }).filter((name) =>
    name.endsWith('.ts'),
  )
  const testsWith = (word: string) =>
    tests.filter((name) => readFileSync(join(import.meta.dirname, name), 'utf8').includes(word))

  test('own modules are never mocked', () => {
    expect(testsWith(['jest', 'mock('].join('.'))).toEqual([])
  })

  test('every test has its limit of time: jest’s functions come from support', () => {
    expect(testsWith(['@jest', 'globals'].join('/'))).toEqual(['support/jest.ts'])
  })
})

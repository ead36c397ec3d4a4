import { describe, expect, test } from '../support/jest.ts'
import { hashPassword } from '../../src/accounts/password-hash.ts'
import { checkPassword, PASSWORD_MAX, PASSWORD_MIN } from '../../src/accounts/password.ts'

const owner = { fullName: 'Đặng Thị Hường', local: 'dangthihuong2', phone: '+84 912 345 678' }
const kinds = (password: string, repeated = password) =>
  checkPassword(password, repeated, owner).map(({ kind }) => kind)

describe('a password', () => {
  test.each([
    'sóng biển Cô Tô lặng gió',
    'correct horse battery staple',
    'Tr0ng-vườn-c0-4-c@y-bưởi',
    '  có cả dấu cách hai đầu  ',
    '密码由很多不同的汉字组成才安全啊',
  ])('"%s" is taken', (password) => {
    expect(kinds(password)).toEqual([])
  })

  test.each([
    ['', ['empty']],
    ['x'.repeat(PASSWORD_MAX + 1), ['too-long']],
    ['Ngắn-9-chữ!', ['too-short']],
    ['Đặng Thị Hường 1988 về quê', ['contains-name']],
    ['về quê DANGTHIHUONG 1988 thôi', ['contains-name']],
    ['sóng 0912345678 biển xa', ['contains-phone']],
    ['sóng 0912 345 678 biển xa', ['contains-phone']],
    ['aaaaaaaaaaaaaa', ['guessable']],
    ['12345678901234', ['guessable']],
    ['passwordpassword', ['guessable']],
    ['qwertyuiopasdfgh', ['guessable']],
    ['sóng biển\u0000Cô Tô lặng', ['control-character']],
  ])('%j: %j', (password, refusals) => {
    expect(kinds(password)).toEqual(refusals)
  })

  test('is told every reason at once', () => {
    expect(kinds('dangthihuong', 'dang')).toEqual(['too-short', 'contains-name', 'not-repeated'])
    expect(kinds('password', 'passwort')).toEqual(['too-short', 'guessable', 'not-repeated'])
  })

  test('that holds the address is refused, though the address is not the name', () => {
    const other = { ...owner, fullName: 'Lỷ A Nhì', local: 'vanthu.snv' }
    expect(checkPassword('gió vanthu snv thổi mạnh', 'gió vanthu snv thổi mạnh', other)).toEqual([
      { kind: 'contains-address' },
    ])
  })

  test('counts characters as people see them, not bytes', () => {
    expect(checkPassword('😀'.repeat(5), '😀'.repeat(5), owner)).toContainEqual({
      kind: 'too-short',
      length: 5,
      needed: PASSWORD_MIN,
    })
  })

  test('of an owner without a phone is judged by the rest', () => {
    expect(checkPassword('sóng 0912345678 biển xa', 'sóng 0912345678 biển xa', { ...owner, phone: null })).toEqual([])
  })
})

test('a hash is what slapd’s module reads, and never the same twice', async () => {
  const [one, two] = await Promise.all(['x', 'x'].map(hashPassword))
  expect(one).toMatch(/^\{ARGON2\}\$argon2id\$v=19\$m=19456,t=2,p=1\$[\w+/]{22}\$[\w+/]{43}$/)
  expect(one).not.toBe(two)
})

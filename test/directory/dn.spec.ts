import { describe, expect, test } from '../support/jest.ts'
import { dnKey, isPlainName, isWithin, parentDn, parseDn } from '../../src/directory/dn.ts'

describe('a distinguished name', () => {
  test('is read with its escapes', () => {
    expect(parseDn('cn=Nguy\\e1\\bb\\85n\\, A+ou= Ph\\C3\\B2ng ,DC=vn')).toEqual([
      [
        { type: 'cn', value: 'Nguyễn, A' },
        { type: 'ou', value: 'Phòng' },
      ],
      [{ type: 'dc', value: 'vn' }],
    ])
    expect(parseDn('')).toEqual([])
  })

  test.each(['nonsense', 'cn=a,', 'cn=a,b', '=a', 'cn=a\\', '1x=a'])('is not read from %p', (text) => {
    expect(parseDn(text)).toBeNull()
  })

  test.each([
    ['uid=A1,ou=People,dc=vn', 'UID=a1, ou=people,DC=VN'],
    ['cn=Lê Ba,dc=vn', 'cn=L\\C3\\AA  ba,dc=vn'],
    ['cn=a\\2cb,dc=vn', 'cn=a\\,b,dc=vn'],
    ['cn=a+ou=b,dc=vn', 'ou=b+cn=a,dc=vn'],
    ['cn=a\\20,dc=vn', 'cn=a ,dc=vn'],
  ])('%s is %s', (one, other) => {
    expect(dnKey(one)).toBe(dnKey(other))
  })

  test.each([
    ['cn=a\\,b,dc=vn', 'cn=a,b=b,dc=vn'],
    ['cn=a\\+ou=b,dc=vn', 'cn=a+ou=b,dc=vn'],
    ['cn=a,dc=vn', 'cn=a,dc=vn,dc=vn'],
  ])('%s is not %s', (one, other) => {
    expect(dnKey(one)).not.toBe(dnKey(other))
  })

  test('lies within the names above it, and nothing else', () => {
    expect(isWithin('uid=a, ou=People, dc=vn', 'ou=people,dc=vn')).toBe(true)
    expect(isWithin('ou=people,dc=vn', 'ou=people,dc=vn')).toBe(true)
    expect(isWithin('uid=a,ou=xpeople,dc=vn', 'ou=people,dc=vn')).toBe(false)
    expect(isWithin('uid=a\\,ou=people,dc=vn', 'ou=people,dc=vn')).toBe(false)
    expect(parentDn('cn=a\\,b,ou=people,dc=vn')).toBe('ou=people,dc=vn')
  })

  test('is built from plain names only', () => {
    expect(['100123', 'vanthu.snv', 'a-b_c'].every(isPlainName)).toBe(true)
    expect(['', 'a,b', 'Đào', 'a b', '#a', 'a='.repeat(9), 'a'.repeat(65)].some(isPlainName)).toBe(false)
  })
})

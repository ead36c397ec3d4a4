/**
 * What a login may look like before it becomes part of a path or of a doveadm mask: an account number or a slug. Without
 * this, `..` would leave the mail home and `*` would mean everybody.
 */
const LOGIN = /^[a-z0-9][a-z0-9._-]{0,63}$/i

export const isLogin = (login: string): boolean => LOGIN.test(login) && !login.includes('..')

import { z } from 'zod'

/** Identifiers as branded types: a `RequestId` is not an `AccountId`, though both are UUIDs. */
export const AccountId = z.uuid().brand<'AccountId'>()
export type AccountId = z.infer<typeof AccountId>

export const RequestId = z.uuid().brand<'RequestId'>()
export type RequestId = z.infer<typeof RequestId>

export const PersonId = z.uuid().brand<'PersonId'>()
export type PersonId = z.infer<typeof PersonId>

export const UnitId = z.uuid().brand<'UnitId'>()
export type UnitId = z.infer<typeof UnitId>

export const GroupId = z.uuid().brand<'GroupId'>()
export type GroupId = z.infer<typeof GroupId>

/** A person's account number, which is also the `uid` in the directory; it never changes. */
export const AccountNumber = z.coerce.number().int().min(100001).max(999999999).brand<'AccountNumber'>()
export type AccountNumber = z.infer<typeof AccountNumber>

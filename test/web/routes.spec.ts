import { afterAll, beforeAll, describe, expect, test } from '../support/jest.ts'
import { randomUUID } from 'node:crypto'
import type { Router } from 'express'
import { Day } from '../../src/kernel/day.ts'
import { DEFAULT_OPTIONS } from '../../src/reorganisations/draft.ts'
import { presetOf } from '../../src/reconcile/mapping.ts'
import type { AccountId, GroupId, UnitId } from '../../src/kernel/ids.ts'
import { allowed, approveAs, seedStaff, seedUnits, someDetails, submitted, unique } from '../support/system.ts'
import { decided, done, local } from '../support/shared.ts'
import { planned } from '../support/rosters.ts'
import { signedIn } from '../support/signed-in.ts'
import { startWeb, visitor, type Seen, type Visitor, type WebSystem } from '../support/web.ts'

/** Who asks. The three administrators hold the department, the agency above it, and another agency. */
const ROLES = ['nobody', 'person', 'department', 'agency', 'other', 'it-staff', 'auditor'] as const
type Role = (typeof ROLES)[number]
/** Whose request, account, unit or grant it is about: the agency's own, its department's, the other agency's. */
const PLACES = ['agency', 'department', 'other'] as const
type Place = (typeof PLACES)[number]

/** A status, or where a 303 leads: `:id` is the subject, `*` any identifier, `in` the sign-in page that leads back. */
type Outcome = number | string
/** One for every place, or one for each in their order. */
type Cell = Outcome | readonly [agency: Outcome, department: Outcome, other: Outcome]
type Row = readonly Cell[]

const all = (outcome: Cell): Row => ROLES.map(() => outcome)
const MINE = '/tai-khoan-cua-toi'
const INBOX = '/cho-duyet'
const BOARD = '/viec-con-do'
/** What an administrator of the department, of the agency and of the other agency reaches. */
const within = (ok: Outcome): readonly [Cell, Cell, Cell] => [
  [404, ok, 404],
  [ok, ok, 404],
  [404, 404, ok],
]

/** Every route, and what becomes of it for each of the ROLES in their order. */
const TABLE: Readonly<Record<string, Row>> = {
  'GET /': all(200),
  'GET /tro-giup': all(200),
  'GET /bang-tinh-trang': all(200),

  'GET /de-nghi': all(200),
  'POST /de-nghi': all('/de-nghi/ma'),
  'GET /de-nghi/ma': all('/de-nghi'),
  'POST /de-nghi/ma': all('/de-nghi'),
  'POST /de-nghi/ma/gui-lai': all('/de-nghi'),
  'GET /de-nghi/thong-tin': all('/de-nghi'),
  'POST /de-nghi/thong-tin': all('/de-nghi'),
  'GET /don-vi/tim': all(200),
  'GET /de-nghi/dia-chi': all('/de-nghi'),
  'POST /de-nghi/dia-chi': all('/de-nghi'),
  'GET /de-nghi/cong-van': all('/de-nghi'),
  'POST /de-nghi/cong-van': all('/de-nghi'),
  'GET /de-nghi/kiem-tra': all('/de-nghi'),
  'POST /de-nghi/kiem-tra': all('/de-nghi'),
  'GET /de-nghi/da-gui': all('/de-nghi'),
  'GET /de-nghi/bien-nhan': all('/de-nghi'),

  'GET /theo-doi': all(200),
  'POST /theo-doi': all('/theo-doi'),
  'GET /theo-doi/ket-qua': all('/theo-doi'),
  'GET /theo-doi/cong-van': all('/theo-doi'),
  'GET /theo-doi/rut': all('/theo-doi'),
  'POST /theo-doi/rut': all('/theo-doi'),
  'POST /theo-doi/bo-sung': all('/theo-doi'),
  'POST /theo-doi/y-kien': all('/theo-doi'),

  'GET /de-nghi-cua-toi': ['in', 200, 200, 200, 200, 200, 200],
  'GET /de-nghi-cua-toi/moi': ['in', 200, 200, 200, 200, 200, 200],
  'POST /de-nghi-cua-toi/moi': [403, ...Array<Cell>(6).fill('/de-nghi-cua-toi/moi')],
  'GET /de-nghi-cua-toi/moi/:loai': ['in', 200, 200, 200, 200, 200, 200],
  'POST /de-nghi-cua-toi/moi/:loai': [403, ...Array<Cell>(6).fill('/de-nghi-cua-toi/moi/:id')],
  // A request is its own asker's: nobody else, whatever their role, finds it here.
  'GET /de-nghi-cua-toi/:id': ['in', 200, ...Array<Cell>(5).fill(404)],
  'GET /de-nghi-cua-toi/:id/sua': ['in', 200, ...Array<Cell>(5).fill(404)],
  'POST /de-nghi-cua-toi/:id/sua': [403, '/de-nghi-cua-toi/:id/sua', ...Array<Cell>(5).fill(404)],
  'GET /de-nghi-cua-toi/:id/kiem-tra': ['in', 200, ...Array<Cell>(5).fill(404)],
  'POST /de-nghi-cua-toi/:id/kiem-tra': [403, '/de-nghi-cua-toi/:id', ...Array<Cell>(5).fill(404)],
  'GET /de-nghi-cua-toi/:id/cong-van': ['in', 200, ...Array<Cell>(5).fill(404)],
  'POST /de-nghi-cua-toi/:id/cong-van': [403, '/de-nghi-cua-toi/:id/cong-van', ...Array<Cell>(5).fill(404)],
  'GET /de-nghi-cua-toi/:id/cong-van/tep': ['in', ...Array<Cell>(6).fill(404)],
  'POST /de-nghi-cua-toi/:id/y-kien': [403, '/de-nghi-cua-toi/:id', ...Array<Cell>(5).fill(404)],
  'GET /de-nghi-cua-toi/:id/rut': ['in', 200, ...Array<Cell>(5).fill(404)],
  'POST /de-nghi-cua-toi/:id/rut': [403, '/de-nghi-cua-toi/:id', ...Array<Cell>(5).fill(404)],

  'GET /kich-hoat': all(200),
  'POST /kich-hoat': all('/kich-hoat'),
  'GET /kich-hoat/mat-khau': all('/kich-hoat'),
  'POST /kich-hoat/mat-khau': all('/kich-hoat'),
  'GET /kich-hoat/xong': all('/kich-hoat'),
  'GET /kich-hoat/:token': all(200),
  'POST /kich-hoat/:token': all('/kich-hoat/:id'),

  'GET /dang-nhap': [200, MINE, INBOX, INBOX, INBOX, BOARD, BOARD],
  'POST /dang-nhap': all('/dang-nhap'),
  'POST /dang-xuat': all('/dang-nhap'),

  'GET /quen-mat-khau': all(200),
  'POST /quen-mat-khau': all('/quen-mat-khau'),
  'GET /quen-mat-khau/da-gui': all(200),

  'GET /cho-duyet': ['in', 403, 200, 200, 200, 200, 200],
  'GET /cho-duyet/nhieu': ['in', 403, INBOX, INBOX, INBOX, INBOX, 403],
  'POST /cho-duyet/nhieu': [403, 403, ...Array<Outcome>(4).fill('/cho-duyet/nhieu?lam=approve'), 403],
  'GET /cho-duyet/nhieu/ket-qua': ['in', 403, INBOX, INBOX, INBOX, INBOX, 403],
  'GET /cho-duyet/:id': ['in', 403, ...within(200), 200, 200],
  'GET /cho-duyet/:id/cong-van': ['in', 403, ...within(200), 200, 200],
  // Whoever stands above a unit that has its own administrator reads its requests, and decides only once they took them over.
  'POST /cho-duyet/:id/quyet-dinh': [
    403,
    403,
    [404, '/cho-duyet', 404],
    ['/cho-duyet', '/cho-duyet/:id', 404],
    [404, 404, '/cho-duyet'],
    '/cho-duyet/:id',
    403,
  ],
  'POST /cho-duyet/:id/nhan-xu-ly': [403, 403, ...within('/cho-duyet/:id'), '/cho-duyet/:id', 403],
  'POST /cho-duyet/:id/y-kien': [403, 403, ...within('/cho-duyet/:id'), '/cho-duyet/:id', 403],
  'POST /cho-duyet/:id/so-dinh-danh': [403, 403, ...within(200), 200, 403],

  'GET /tai-khoan': ['in', 403, 200, 200, 200, 200, 200],
  'GET /tai-khoan/:id': ['in', 403, ...within(200), 200, 200],
  'POST /tai-khoan/:id/dong-bo': [403, 403, 403, 403, 403, '/tai-khoan/:id', 403],
  'POST /tai-khoan/:id/gui-lien-ket': [403, 403, ...within('/tai-khoan/:id'), '/tai-khoan/:id', 403],
  'POST /tai-khoan/:id/phieu': [403, 403, ...within(200), 200, 403],
  'POST /tai-khoan/:id/mat-khau/lien-ket': [403, 403, ...within('/tai-khoan/:id'), '/tai-khoan/:id', 403],
  'POST /tai-khoan/:id/mat-khau/phieu': [403, 403, ...within('/tai-khoan/:id'), '/tai-khoan/:id', 403],
  'GET /tai-khoan/:id/viec': ['in', 403, ...within('/tai-khoan/:id'), '/tai-khoan/:id', 403],
  'POST /tai-khoan/:id/viec': [
    403,
    403,
    ...within('/tai-khoan/:id/viec?lam=suspend'),
    '/tai-khoan/:id/viec?lam=suspend',
    403,
  ],
  'GET /tai-khoan/:id/luu-giu': ['in', 403, 403, 403, 403, '/tai-khoan/:id', 403],
  'POST /tai-khoan/:id/luu-giu': [403, 403, 403, 403, 403, '/tai-khoan/:id/luu-giu?lam=hold', 403],
  'GET /tai-khoan/:id/vao-ngay': ['in', 403, ...within(200), 200, 200],
  'GET /lau-khong-dung': ['in', 403, 200, 200, 200, 200, 200],
  'GET /ra-soat': ['in', 403, 200, 200, 200, 200, 200],
  'POST /ra-soat': [403, 403, 403, 403, 403, '/ra-soat', 403],
  'GET /ra-soat/:id': ['in', 403, 200, 200, 200, 200, 200],
  'POST /ra-soat/:id': [403, 403, ...within('/ra-soat/:id?don-vi=*'), '/ra-soat/:id?don-vi=*', 403],
  'GET /ra-soat/:id/bien-nhan': ['in', 403, 404, 404, 404, 404, 404],
  'GET /danh-sach-thu': ['in', 403, 200, 200, 200, 200, 200],
  'GET /danh-sach-thu/:id': ['in', 403, ...within(200), 200, 200],
  'POST /danh-sach-thu/:id/dong-bo': [403, 403, 403, 403, 403, '/danh-sach-thu/:id', 403],
  'GET /tai-khoan-cua-toi': ['in', 200, 200, 200, 200, 200, 200],

  'GET /viec-con-do': ['in', 403, 403, 403, 403, 200, 200],
  'POST /viec-con-do/dong-bo': [403, 403, 403, 403, 403, BOARD, 403],
  'GET /viec-con-do/sua-tat-ca': ['in', 403, 403, 403, 403, 200, 403],
  'POST /viec-con-do/sua-tat-ca': [403, 403, 403, 403, 403, '/viec-con-do/sua-tat-ca', 403],

  'GET /viec-con-do/tam-dung': ['in', 403, 403, 403, 403, 200, 403],
  'POST /viec-con-do/tam-dung': [403, 403, 403, 403, 403, '/viec-con-do/tam-dung', 403],
  'POST /viec-con-do/tiep-tuc': [403, 403, 403, 403, 403, BOARD, 403],
  'GET /quy-dinh/thuoc-tinh': ['in', 403, 403, 403, 403, 200, 200],
  'POST /quy-dinh/thuoc-tinh': [403, 403, 403, 403, 403, '/quy-dinh/thuoc-tinh', 403],
  'GET /doi-soat': ['in', 403, 403, 403, 403, 200, 200],
  'POST /doi-soat': [403, 403, 403, 403, 403, '/doi-soat/lan/*', 403],
  'GET /doi-soat/lan/:id': ['in', 403, 403, 403, 403, 200, 200],
  'POST /doi-soat/lan/:id/tin': [403, 403, 403, 403, 403, '/doi-soat/lan/:id', 403],
  'GET /doi-soat/diem-lech': ['in', 403, 403, 403, 403, 200, 200],
  'GET /doi-soat/diem-lech/:id': ['in', 403, 403, 403, 403, 200, 200],
  'POST /doi-soat/diem-lech/:id/bo-qua': [403, 403, 403, 403, 403, '/doi-soat/diem-lech/:id', 403],
  'POST /doi-soat/ke-hoach': [403, 403, 403, 403, 403, '/doi-soat/diem-lech', 403],
  'GET /doi-soat/ke-hoach/:id': ['in', 403, 403, 403, 403, 200, 200],
  'POST /doi-soat/ke-hoach/:id': [403, 403, 403, 403, 403, '/doi-soat/ke-hoach/:id', 403],
  'GET /doi-soat/tiep-nhan': ['in', 403, 403, 403, 403, 200, 200],
  'POST /doi-soat/tiep-nhan': [403, 403, 403, 403, 403, '/doi-soat/tiep-nhan', 403],
  'GET /doi-soat/tiep-nhan/:id': ['in', 403, 403, 403, 403, 200, 200],
  'POST /doi-soat/tiep-nhan/:id': [403, 403, 403, 403, 403, '/doi-soat/tiep-nhan/:id', 403],
  'GET /doi-soat/tiep-nhan/:id/muc/:seq': ['in', 403, 403, 403, 403, 200, 200],
  'POST /doi-soat/tiep-nhan/:id/muc/:seq': [403, 403, 403, 403, 403, '/doi-soat/tiep-nhan/:id/muc/1', 403],
  'POST /tai-khoan/:id/doi-soat': [403, 403, 403, 403, 403, '/doi-soat/lan/*', 403],
  'GET /chot-an-toan': ['in', 403, 403, 403, 403, 200, 200],
  'GET /chot-an-toan/nguong': ['in', 403, 403, 403, 403, 200, 200],
  'POST /chot-an-toan/nguong': [403, 403, 403, 403, 403, '/chot-an-toan/nguong', 403],
  'GET /chot-an-toan/:id': ['in', 403, 403, 403, 403, 200, 200],
  'POST /chot-an-toan/:id/de-nghi': [403, 403, 403, 403, 403, '/chot-an-toan/:id', 403],
  'POST /chot-an-toan/:id/mo': [403, 403, 403, 403, 403, '/chot-an-toan/:id', 403],
  'POST /chot-an-toan/:id/khong-mo': [403, 403, 403, 403, 403, '/chot-an-toan/:id', 403],

  'GET /nhap-danh-sach': ['in', 403, 403, 403, 403, 200, 200],
  'GET /nhap-danh-sach/moi': ['in', 403, 403, 403, 403, 200, 403],
  'POST /nhap-danh-sach/moi': [403, 403, 403, 403, 403, '/nhap-danh-sach/moi', 403],
  'GET /nhap-danh-sach/mau': ['in', 403, 403, 403, 403, 200, 200],
  'GET /nhap-danh-sach/:id': ['in', 403, 403, 403, 403, 200, 200],
  'GET /nhap-danh-sach/:id/cot': ['in', 403, 403, 403, 403, 200, 200],
  'POST /nhap-danh-sach/:id/cot': [403, 403, 403, 403, 403, '/nhap-danh-sach/:id/cot', 403],
  'GET /nhap-danh-sach/:id/dong/:seq': ['in', 403, 403, 403, 403, 200, 200],
  'POST /nhap-danh-sach/:id/dong/:seq': [403, 403, 403, 403, 403, '/nhap-danh-sach/:id', 403],
  'POST /nhap-danh-sach/:id/nhan-goi-y': [403, 403, 403, 403, 403, '/nhap-danh-sach/:id', 403],
  'GET /nhap-danh-sach/:id/don-vi': ['in', 403, 403, 403, 403, 200, 200],
  'POST /nhap-danh-sach/:id/don-vi': [403, 403, 403, 403, 403, '/nhap-danh-sach/:id/don-vi', 403],
  'POST /nhap-danh-sach/:id/viec': [403, 403, 403, 403, 403, '/nhap-danh-sach/:id', 403],
  'POST /nhap-danh-sach/:id/dong-y': [403, 403, 403, 403, 403, '/nhap-danh-sach/:id', 403],
  'GET /nhap-danh-sach/:id/hoan-tac': ['in', 403, 403, 403, 403, '/nhap-danh-sach/:id', '/nhap-danh-sach/:id'],
  'POST /nhap-danh-sach/:id/hoan-tac': [403, 403, 403, 403, 403, '/nhap-danh-sach/:id/hoan-tac', 403],
  'GET /nhap-danh-sach/:id/phieu': ['in', 403, 403, 403, 403, 200, 200],
  'POST /nhap-danh-sach/:id/phieu': [403, 403, 403, 403, 403, '/nhap-danh-sach/:id/phieu', 403],
  'GET /quy-dinh/dung-luong': ['in', 403, 403, 403, 403, 200, 200],
  'POST /quy-dinh/dung-luong': [403, 403, 403, 403, 403, '/quy-dinh/dung-luong', 403],
  'GET /quy-dinh/nhap-danh-sach': ['in', 403, 403, 403, 403, 200, 200],
  'POST /quy-dinh/nhap-danh-sach': [403, 403, 403, 403, 403, '/quy-dinh/nhap-danh-sach', 403],
  'POST /nhap-danh-sach/:id/tai-ve': [403, 403, 403, 403, 403, 200, 403],

  'GET /thay-doi': ['in', 403, 200, 200, 200, 200, 200],
  'GET /thay-doi/:id': ['in', 403, ...within(200), 200, 200],
  'POST /thay-doi/:id/dong-y': [403, 403, ...within('/thay-doi/:id'), '/thay-doi/:id', 403],
  'POST /thay-doi/:id/khong-dong-y': [403, 403, ...within('/thay-doi/:id'), '/thay-doi/:id', 403],
  'POST /thay-doi/:id/so-dinh-danh': [403, 403, 404, 404, 404, 404, 403],
  'GET /nguoi': ['in', 403, 403, 403, 403, 200, 200],
  'GET /nguoi/:id': ['in', 403, 403, 403, 403, 200, 200],
  'POST /nguoi/:id/xem-so': [403, 403, 403, 403, 403, 200, 403],
  'GET /nguoi/:id/so-dinh-danh': ['in', 403, 403, 403, 403, 200, 403],
  'POST /nguoi/:id/so-dinh-danh': [403, 403, 403, 403, 403, '/nguoi/:id/so-dinh-danh', 403],
  'GET /nguoi/:id/gop': ['in', 403, 403, 403, 403, 200, 403],
  'POST /nguoi/:id/gop': [403, 403, 403, 403, 403, '/nguoi/:id/gop?voi=*', 403],
  'POST /thay-doi/:id/huy': [403, 403, ...within('/thay-doi/:id'), '/thay-doi/:id', 403],

  'GET /don-vi': ['in', 403, 200, 200, 200, 200, 200],
  'GET /don-vi/moi': ['in', 403, 403, 403, 403, 200, 403],
  'POST /don-vi/moi': [403, 403, 403, 403, 403, '/don-vi/*', 403],
  'GET /don-vi/:id/sua': ['in', 403, 403, 403, 403, 200, 403],
  'POST /don-vi/:id/sua': [403, 403, 403, 403, 403, '/don-vi/:id', 403],
  'GET /don-vi/:id': ['in', 403, ...within(200), 200, 200],

  'GET /sap-xep': ['in', 403, 403, 403, 403, 200, 200],
  'GET /sap-xep/moi': ['in', 403, 403, 403, 403, 200, 403],
  'POST /sap-xep/moi': [403, 403, 403, 403, 403, '/sap-xep/moi', 403],
  'GET /sap-xep/mau': ['in', 403, 403, 403, 403, 200, 200],
  'GET /sap-xep/:id': ['in', 403, 403, 403, 403, 200, 200],
  'GET /sap-xep/:id/van-ban': ['in', 403, 403, 403, 403, 200, 200],
  'GET /sap-xep/:id/tai-ve': ['in', 403, 403, 403, 403, 200, 200],
  'GET /sap-xep/:id/bao-cao': ['in', 403, 403, 403, 403, 200, 200],
  'GET /sap-xep/:id/sua': ['in', 403, 403, 403, 403, 200, 403],
  'POST /sap-xep/:id/sua': [403, 403, 403, 403, 403, '/sap-xep/:id/sua', 403],
  'GET /sap-xep/:id/them': ['in', 403, 403, 403, 403, 200, 403],
  'POST /sap-xep/:id/them': [403, 403, 403, 403, 403, '/sap-xep/:id/them?loai=create', 403],
  'POST /sap-xep/:id/bo': [403, 403, 403, 403, 403, '/sap-xep/:id?muc=viec', 403],
  'GET /sap-xep/:id/tep': ['in', 403, 403, 403, 403, 200, 403],
  'POST /sap-xep/:id/tep': [403, 403, 403, 403, 403, '/sap-xep/:id/tep', 403],
  'GET /sap-xep/:id/lam': ['in', 403, 403, 403, 403, 200, 403],
  'POST /sap-xep/:id/lam': [403, 403, 403, 403, 403, '/sap-xep/:id/lam?viec=schedule', 403],

  'GET /phan-quyen': ['in', 403, 403, 403, 403, 200, 200],
  'POST /phan-quyen': [403, 403, 403, 403, 403, '/phan-quyen', 403],
  'GET /phan-quyen/:id/thu-hoi': ['in', 403, 403, 403, 403, 200, 403],
  'POST /phan-quyen/:id/thu-hoi': [403, 403, 403, 403, 403, '/phan-quyen', 403],

  'GET /duyet-thay': ['in', 403, 200, 200, 200, 200, 200],
  'POST /duyet-thay': [403, 403, '/duyet-thay', '/duyet-thay', '/duyet-thay', '/duyet-thay', 403],
  'POST /duyet-thay/:id/ket-thuc': [403, 403, '/duyet-thay', '/duyet-thay', '/duyet-thay', '/duyet-thay', 403],
  'GET /thoi-gian': ['in', 403, 200, 200, 200, 200, 200],
  'GET /ngay-nghi': ['in', 403, 403, 403, 403, 200, 200],
  'POST /ngay-nghi': [403, 403, 403, 403, 403, '/ngay-nghi?nam=2026', 403],
  'POST /ngay-nghi/nam/:year': [403, 403, 403, 403, 403, '/ngay-nghi?nam=:id', 403],
  'POST /ngay-nghi/:day/xoa': [403, 403, 403, 403, 403, '/ngay-nghi?nam=2098', 403],
  'GET /quy-dinh/phe-duyet': ['in', 403, 403, 403, 403, 200, 200],
  'GET /quy-dinh/phe-duyet/moi': ['in', 403, 403, 403, 403, 200, 403],
  'POST /quy-dinh/phe-duyet/moi': [403, 403, 403, 403, 403, '/quy-dinh/phe-duyet/moi', 403],
  'GET /quy-dinh/phe-duyet/sua': ['in', 403, 403, 403, 403, 404, 403],
  'POST /quy-dinh/phe-duyet/sua': [403, 403, 403, 403, 403, 404, 403],
  'GET /quy-dinh/phe-duyet/bo': ['in', 403, 403, 403, 403, 404, 403],
  'POST /quy-dinh/phe-duyet/bo': [403, 403, 403, 403, 403, 404, 403],
  'GET /quy-dinh': ['in', 403, 403, 403, 403, 200, 200],
  'GET /quy-dinh/thu': ['in', 403, 403, 403, 403, 200, 200],
  'GET /quy-dinh/thu/:letter': ['in', 403, 403, 403, 403, 200, 200],
  'POST /quy-dinh/thu/:letter': [403, 403, 403, 403, 403, '/quy-dinh/thu/:id', 403],
  'POST /quy-dinh/thu/:letter/xem-thu': [403, 403, 403, 403, 403, 200, 403],
  'GET /quy-dinh/luu-tru': ['in', 403, 403, 403, 403, 200, 200],
  'POST /quy-dinh/luu-tru': [403, 403, 403, 403, 403, '/quy-dinh/luu-tru', 403],
  'POST /quy-dinh/luu-tru/xem-thu': [403, 403, 403, 403, 403, 200, 403],
  'GET /thu': ['in', 403, 403, 403, 403, 200, 200],
  'POST /thu/gui-lai': [403, 403, 403, 403, 403, '/thu', 403],
  'POST /thu/gui-lai-tat-ca': [403, 403, 403, 403, 403, '/thu', 403],
  'GET /quy-dinh/dia-chi': ['in', 403, 403, 403, 403, 200, 200],
  'POST /quy-dinh/dia-chi': [403, 403, 403, 403, 403, '/quy-dinh/dia-chi', 403],
  'POST /quy-dinh/dia-chi/xem-thu': [403, 403, 403, 403, 403, 200, 403],
  'GET /quy-dinh/vong-doi': ['in', 403, 403, 403, 403, 200, 200],
  'POST /quy-dinh/vong-doi': [403, 403, 403, 403, 403, '/quy-dinh/vong-doi', 403],
  'GET /dia-chi': ['in', 403, 403, 403, 403, 200, 200],
  'POST /dia-chi/mo-lai': [403, 403, 403, 403, 403, '/dia-chi', 403],
  'POST /dia-chi/xac-nhan': [403, 403, 403, 403, 403, '/dia-chi', 403],
  'POST /dia-chi/ten-mien': [403, 403, 403, 403, 403, '/dia-chi', 403],
  'POST /dia-chi/ten-mien/bo': [403, 403, 403, 403, 403, '/dia-chi', 403],
  'POST /dia-chi/giu-nguyen': [403, 403, 403, 403, 403, '/dia-chi', 403],

  'GET /ma-truy-cap': ['in', 200, 200, 200, 200, 200, 200],
  'POST /ma-truy-cap': [403, ...Array<Outcome>(6).fill('/ma-truy-cap')],
  'GET /ma-truy-cap/:id/thu-hoi': ['in', 200, 200, 200, 200, 200, 200],
  'POST /ma-truy-cap/:id/thu-hoi': [403, ...Array<Outcome>(6).fill('/ma-truy-cap')],
  'GET /ma-truy-cap-moi-nguoi': ['in', 403, 403, 403, 403, 200, 200],
  'GET /ma-truy-cap-moi-nguoi/:id/thu-hoi': ['in', 403, 403, 403, 403, 200, 403],
  'POST /ma-truy-cap-moi-nguoi/:id/thu-hoi': [403, 403, 403, 403, 403, '/ma-truy-cap-moi-nguoi', 403],
  'GET /tai-lieu-api': all(200),
  'GET /tai-lieu-api/loi': all(200),
  'GET /tai-lieu-api/:tag': all(200),

  'GET /nhat-ky': ['in', 403, 403, 403, 403, 200, 200],
  'POST /nhat-ky/kiem-tra': [403, 403, 403, 403, 403, '/nhat-ky', '/nhat-ky'],
}

type Subject = {
  readonly list: GroupId
  readonly hold: string
  readonly unit: UnitId
  readonly account: AccountId
  readonly login: string
  readonly grant: string
}

let imported = ''
let web: WebSystem
let actors: Record<Exclude<Role, 'nobody'>, { readonly accountId: AccountId }>
let approver: Awaited<ReturnType<typeof seedStaff>>
let subjects: Record<Place, Subject>
let province: UnitId
let plan: string

beforeAll(async () => {
  web = await startWeb()
  const { services } = web
  const units = await seedUnits(services)
  province = units.province
  approver = await seedStaff(services, 'it-staff', units.province, 'Lê Đức Thắng')
  const { prisma } = services.database
  const person = await issued(units.agency, 'Chu Văn Quý')
  await prisma.account.update({ where: { id: person }, data: { state: 'active' } })
  actors = {
    person: { accountId: person },
    department: await seedStaff(services, 'unit-admin', units.department, 'Trần Thị Minh Hà'),
    agency: await seedStaff(services, 'unit-admin', units.agency, 'Bùi Vũ Khánh Huyền'),
    other: await seedStaff(services, 'unit-admin', units.other, 'Lục Văn Sìn'),
    'it-staff': approver,
    auditor: await seedStaff(services, 'auditor', units.province, 'Chíu Thị Hường'),
  }
  const subject = async (place: Place): Promise<Subject> => {
    const account = await issued(units[place], 'Hoàng Phạm Thị Thùy Dương')
    const { login } = await prisma.account.findUniqueOrThrow({ where: { id: account } })
    const held = { holder: login, role: 'unit-admin', unitId: units[place] } as const
    await services.roles.grant(allowed('role.change'), held)
    const grant = await prisma.roleGrant.findFirstOrThrow({ where: { accountId: account } })
    return {
      unit: units[place],
      account,
      login,
      grant: grant.id,
      hold: await stopped(units[place]),
      list: await listOf(place, units[place]),
    }
  }
  const csv = Buffer.from('Họ và tên;Ngày sinh;Đơn vị\nVi Thị Mỷ;27/07/1988;Sở Nội vụ')
  imported = await planned(services, approver, csv, { fileName: 'can-bo.csv' })
  const made = await services.reorganisations.create(allowed('reorganisation.change', approver), {
    ...{ name: 'Sắp xếp', document: null, effectiveOn: Day.parse('2027-07-01'), options: DEFAULT_OPTIONS },
  })
  plan = made.ok ? made.value : ''
  subjects = { agency: await subject('agency'), department: await subject('department'), other: await subject('other') }
}, 60_000)
afterAll(() => web.stop())

const issued = async (unit: UnitId, fullName: string): Promise<AccountId> =>
  approveAs(web.services, approver, await submitted(web.services, someDetails(unit, { fullName })))
/** A distribution list of the unit. */
async function listOf(place: Place, unitId: UnitId): Promise<GroupId> {
  const { services } = web
  const asked = {
    ...{ name: `Danh sách ${place}`, unitId, local: local(`ds-${place}`), posting: { who: 'province' as const } },
    rule: [{ by: 'unit' as const, unitId, below: true }],
  }
  return done(decided(services, asked.local, (tx, request) => services.lists.create(tx, approver, request, asked)))
}
/** A plan that the brake stopped. */
async function stopped(unitId: UnitId): Promise<string> {
  const plan = { kind: 'import' as const, id: randomUUID(), hash: 'h', name: 'can-bo.xlsx' }
  const passed = await web.services.transaction((tx) =>
    web.services.brakes.pass(tx, approver, { ...plan, parts: [{ change: 'suspend', unitId, n: 4_000 }] }),
  )
  if (passed.ok) throw new Error('the brake let it through')
  return passed.refusal.holdId
}
const asked = (place: Place, fullName = 'Đặng Quốc Bảo') =>
  submitted(web.services, someDetails(subjects[place].unit, { fullName }))
/** A request that was sent with an official letter. */
async function withLetter(place: Place): Promise<string> {
  const { requests } = web.services
  const id = await asked(place)
  await requests.return(allowed('request.decide', await seatOf(place)), id, { version: 2, comment: 'Cần công văn' })
  const file = { name: 'cv.pdf', content: Buffer.from('%PDF-1.7') }
  await requests.attachLetter(id, { number: '12/CV', date: Day.parse('2026-01-05') }, file)
  return id
}
const seatOf = async (place: Place) => {
  const actor = await web.services.actors.byId(actors[place].accountId)
  if (actor === null) throw new Error('The administrator is not there')
  return actor
}
/** A change that was asked for, and to which a second administrator has to agree. */
const changeOf = async (place: Place): Promise<string> => {
  const { unit, account } = subjects[place]
  const seat = { kind: 'unit' as const, unit }
  const command = { type: 'suspend', until: null }
  const asked = await web.services.transaction((tx) =>
    web.services.scheduled.ask(tx, allowed('life.ask', approver), {
      ...{ subject: { kind: 'account' as const, id: account }, command },
      ...{ on: Day.parse('2027-01-04'), why: 'Theo quyết định của đơn vị', letter: null },
      ...{ about: [account], units: [unit], seats: [seat, seat] },
    }),
  )
  if (!asked.ok) throw new Error(asked.refusal.kind)
  return asked.value.id
}
const enter = (role: Role): Promise<Visitor> => (role === 'nobody' ? newcomer() : signedIn(web, actors[role]))
/** Somebody who has seen a form, and so has a token. */
async function newcomer(): Promise<Visitor> {
  const who = visitor(web.app)
  await who.get('/')
  return who
}

/** The identifier in the route's address, and the fields that make its form go through. */
async function caseOf(key: string, place: Place, role: Role): Promise<{ id: string; fields: Record<string, string> }> {
  const { unit, account, login, grant, hold, list } = subjects[place]
  const above = place === 'department' ? subjects.agency.unit : province
  const since = { kind: 'agency', fromDay: '1', fromMonth: '1', fromYear: '2026', parentChoice: above }
  switch (key) {
    case 'POST /de-nghi':
      return { id: '', fields: { email: `nguoi${unique()}@example.com` } }
    case 'GET /cho-duyet/:id':
    case 'POST /cho-duyet/:id/so-dinh-danh':
      return { id: await asked(place), fields: {} }
    case 'GET /cho-duyet/:id/cong-van':
      return { id: await withLetter(place), fields: {} }
    case 'POST /cho-duyet/:id/nhan-xu-ly':
      return { id: await asked(place), fields: { why: 'Người duyệt đi vắng', version: '2' } }
    case 'POST /cho-duyet/:id/y-kien':
      return { id: await asked(place), fields: { commentText: 'Đã xác minh', reader: 'staff' } }
    case 'POST /cho-duyet/:id/quyet-dinh':
      return { id: await asked(place), fields: { decision: 'return', returnText: 'Bổ sung quyết định', version: '2' } }
    case 'GET /kich-hoat/:token':
    case 'POST /kich-hoat/:token':
      await (await enter('it-staff')).post(`/tai-khoan/${account}/gui-lien-ket`)
      return { id: (await web.letter('link')).secret, fields: { password: 'x', again: 'x' } }
    case 'POST /viec-con-do/dong-bo':
      return { id: '', fields: { kind: 'account', id: account } }
    case 'POST /don-vi/moi':
      return { id: '', fields: { ...since, name: `Sở Mới ${unique()}`, parentChoice: unit } }
    case 'POST /don-vi/:id/sua':
      return { id: unit, fields: { ...since, name: `Sở Đổi tên ${unique()}` } }
    case 'POST /ngay-nghi':
      return { id: '', fields: { onDay: '24', onMonth: '12', onYear: '2026', name: 'Nghỉ bù', kind: 'off' } }
    case 'POST /ngay-nghi/nam/:year':
      return { id: '2098', fields: { complete: 'yes' } }
    case 'POST /ngay-nghi/:day/xoa':
      return { id: '2098-12-24', fields: {} }
    case 'GET /tai-lieu-api/:tag':
      return { id: 'units', fields: {} }
    case 'POST /ma-truy-cap':
      return { id: '', fields: { name: 'Phần mềm nhân sự', days: '30', scopes: 'me:read' } }
    case 'POST /phan-quyen':
      return { id: '', fields: { holder: login, role: 'auditor' } }
    case 'POST /tai-khoan/:id/viec':
      return { id: account, fields: { lam: 'suspend' } }
    case 'POST /tai-khoan/:id/luu-giu':
      return { id: account, fields: { lam: 'hold' } }
    case 'GET /quy-dinh/thu/:letter':
    case 'POST /quy-dinh/thu/:letter':
    case 'POST /quy-dinh/thu/:letter/xem-thu':
      return { id: 'approved.vi', fields: { act: 'preview' } }
    default:
      if (key.includes('/nhap-danh-sach/:id'))
        return { id: imported, fields: { act: key.includes('/viec') ? 'withdraw' : 'skip', group: 'name' } }
      if (key.includes('/thay-doi/:id')) return { id: await changeOf(place), fields: {} }
      if (key.includes('/nguoi/:id')) {
        const person = async (of: Place) => (await web.services.people.ofAccount(subjects[of].account)) ?? ''
        return { id: await person(place), fields: { voi: await person(place === 'other' ? 'agency' : 'other') } }
      }
      if (key.includes('/ra-soat/:id')) return { id: await reviewId(), fields: { unit, act: 'save' } }
      if (key.includes('/ma-truy-cap'))
        return { id: await tokenIdOf(key.includes('moi-nguoi') ? 'person' : role), fields: {} }
      if (key.includes('/moi/:loai')) return { id: 'hop-thu-chuc-danh', fields: {} }
      if (key.includes('/de-nghi-cua-toi/:id')) return { id: await draftOf('person'), fields: {} }
      if (key.includes('/sap-xep/:id')) return { id: plan, fields: {} }
      if (key.includes('/danh-sach-thu/')) return { id: list, fields: {} }
      if (key.includes('/phan-quyen/')) return { id: grant, fields: {} }
      if (key.includes('/doi-soat/')) return { id: await reconciled(key, place), fields: {} }
      if (key.includes('/chot-an-toan/:id')) return { id: hold, fields: {} }
      return { id: key.includes('/don-vi/') ? unit : account, fields: {} }
  }
}

/** A comparison, one of its findings, or what is to be done about it. */
async function reconciled(key: string, place: Place): Promise<string> {
  const { reconcile, database, clock } = web.services
  const permit = allowed('reconcile.change', approver)
  if (key.includes('/lan/')) return (await reconcile.runs.ask(permit, { kind: 'all' })).id
  if (key.includes('/tiep-nhan/')) return adopted()
  const at = { firstAt: clock(), lastAt: clock(), firstRun: 1, lastRun: 1 }
  const { account, login } = subjects[place]
  const { id } = await database.prisma.reconcileFinding.create({
    data: {
      ...{ key: randomUUID(), kind: 'missing', target: 'directory', subjectKind: 'account', subjectId: account },
      ...{ name: 'Hoàng Phạm Thị Thùy Dương', login, detail: { differences: [], others: [], newer: false }, ...at },
    },
  })
  if (!key.includes('/ke-hoach/')) return id
  const made = await reconcile.plans.make(permit, 'repair', [id])
  if (!made.ok) throw new Error(made.refusal.kind)
  return made.value
}

/** A directory that was read, with one entry. */
async function adopted(): Promise<string> {
  const { adoptions, database, clock } = web.services
  const id = await adoptions.ask(allowed('reconcile.change', approver), {
    ...{ preset: 'inetOrgPerson', mapping: presetOf('inetOrgPerson'), base: null, unitId: null },
  })
  const counts = { read: 1, known: 0, link: 0, new: 0, left: 0, review: { 'odd-login': 1 } }
  await database.prisma.adoption.update({ where: { id }, data: { state: 'preview', counts, readAt: clock() } })
  await database.prisma.adoptionEntry.create({
    data: {
      adoptionId: id,
      n: 1,
      dn: 'uid=a b,dc=vn',
      name: 'Bùi Xuân Trường',
      kind: 'review',
      why: 'odd-login',
      remoteId: id,
    },
  })
  return id
}

/** What somebody wrote down and has not sent. */
async function draftOf(role: Exclude<Role, 'nobody'>): Promise<string> {
  const { services } = web
  const { accountId } = actors[role]
  const actor = await services.actors.byId(accountId)
  if (actor === null) throw new Error(role)
  const ask = { kind: 'position', accountId, position: `Chuyên viên ${unique()}`, why: 'Theo quyết định' } as const
  return done(services.requests.ask(allowed('own.request', actor), ask, { language: 'vi' }))
}

/** A review that is under way. */
async function reviewId(): Promise<string> {
  const permit = allowed('review.open', approver)
  await web.services.reviews.open(permit)
  const [newest] = await web.services.reviews.list(allowed('review.read', approver))
  return newest?.id ?? NOBODYS
}

/** The identifier of a usable token of somebody. */
async function tokenIdOf(role: Role): Promise<string> {
  const { services } = web
  const actor = role === 'nobody' ? null : await services.actors.byId(actors[role].accountId)
  if (actor === null) return NOBODYS
  const [usable] = await services.accessTokens.mine(allowed('own.tokens', actor))
  if (usable?.state === 'usable') return usable.id
  const asked = { name: 'thử', scopes: ['me:read'], days: 7 } as const
  const made = await services.accessTokens.create(allowed('own.tokens', actor), asked)
  return made.ok ? made.value.id : NOBODYS
}

/** What identifies the subject in an address. */
const PARAMETER = /:(id|token|year|day|tag|letter|loai)/
const send = (who: Visitor, key: string, id: string, fields: Record<string, string> = {}): Promise<Seen> => {
  const path = key.replace(/^\w+ /, '').replace(PARAMETER, id).replace(':seq', '1')
  return key.startsWith('GET') ? who.get(path) : who.post(path, fields)
}
const outcomeOf = (seen: Seen, id: string): Outcome => {
  if (seen.status !== 303) return seen.status
  if (seen.location.startsWith('/dang-nhap?tiep=')) return 'in'
  const place = id === '' ? seen.location : seen.location.replaceAll(id, ':id')
  return place.replace(/[0-9a-f]{8}-[0-9a-f-]{27}/, '*')
}
const isAbout = (key: string) =>
  !/ma-truy-cap|nhap-danh-sach|de-nghi-cua-toi/.test(key) &&
  /:id|:token|\/phan-quyen$|\/don-vi\/moi$|\/dong-bo$/.test(key)
const keys = (method = '') => Object.keys(TABLE).filter((key) => key.startsWith(method))

describe('the table of routes', () => {
  test('holds every route, and no other', () => {
    expect(web.routes.map(({ method, path }) => `${method.toUpperCase()} ${path}`).sort()).toEqual(keys().sort())
    for (const row of Object.values(TABLE)) expect(row).toHaveLength(ROLES.length)
  })

  test('is all that the service answers to, but for its health and its files', () => {
    const known = web.routes.map(({ method, path }) => `${method} ${path}`)
    const others = doorsOf(web.app.router).filter((door) => !known.includes(door))
    expect(others).toEqual(['get /healthz', 'get /readyz', 'get /assets/:hash/:name', 'get /favicon.ico'])
  })
})

describe.each(keys())('%s', (key) => {
  test('is open to whom it should be, about whom it should be', async () => {
    await web.calm()
    const found: unknown[] = []
    const wanted: unknown[] = []
    for (const [column, role] of ROLES.entries()) {
      let who = await enter(role)
      for (const [index, place] of (isAbout(key) ? PLACES : PLACES.slice(0, 1)).entries()) {
        const cell = TABLE[key]?.[column] ?? ''
        const { id, fields } = await caseOf(key, place, role)
        // A link that is opened begins another session.
        if (role === 'nobody' && index > 0) who = await enter(role)
        const seen = await send(who, key, id, fields)
        found.push([role, place, outcomeOf(seen, id)])
        wanted.push([role, place, typeof cell === 'object' ? cell[index] : cell])
      }
    }
    expect(found).toEqual(wanted)
  })
})

test.each(ROLES)('what %s sends without a token is refused, wherever it goes', async (role) => {
  const who = await enter(role)
  const statuses: [key: string, none: number, forged: number][] = []
  for (const key of keys('POST')) {
    const path = key.replace('POST ', '').replace(PARAMETER, subjects.agency.account)
    const status = async (body: string) => (await who.agent.post(path).type('form').send(body)).status
    statuses.push([key, await status('x=1'), await status('_csrf=forged')])
  }
  expect(statuses).toEqual(keys('POST').map((key) => [key, 403, 403]))
})

/** What nobody is called. */
const NOBODYS = randomUUID()
const GARBAGE = ['x', NOBODYS, '%27%20OR%201%3D1', '%00', '*)(uid%3D*', '%E1%BB%9F', 'x'.repeat(2_000), '__proto__']

test.each(keys().filter((key) => PARAMETER.test(key)))('%s answers garbage in its address calmly', async (key) => {
  await web.calm()
  const who = await enter('it-staff')
  const { fields } = await caseOf(key, 'agency', 'it-staff')
  const wanted = (id: string): Outcome => {
    // A link that is dead says so, and is gone for good.
    if (key.includes(':token')) return 410
    // Nor is there a grant any more when somebody else was faster to revoke it: that is told where the grants are.
    const told = new Map([
      ['POST /phan-quyen/:id/thu-hoi', '/phan-quyen'],
      ['POST /duyet-thay/:id/ket-thuc', '/duyet-thay'],
    ])
    return (id === NOBODYS ? told.get(key) : undefined) ?? 404
  }
  for (const id of GARBAGE) expect([id, outcomeOf(await send(who, key, id, fields), '')]).toEqual([id, wanted(id)])
  expect((await send(who, key, '%zz', fields)).status).toBe(400)
})

test.each([
  ['/cho-duyet', 'requests'],
  ['/tai-khoan', 'accounts'],
  ['/don-vi', 'units'],
] as const)('%s lists the %s of the reader’s units only', async (path, what) => {
  const links: Record<Place, string> = { agency: '', department: '', other: '' }
  for (const place of PLACES) {
    const { account, unit } = subjects[place]
    const id = what === 'requests' ? await asked(place, 'Lê Thị Danh Sách') : what === 'accounts' ? account : unit
    links[place] = `${path}/${id}`
  }
  const seen: Record<string, readonly Place[]> = {}
  for (const role of ROLES.slice(2)) {
    const who = await enter(role)
    const { html } = await who.get(what === 'requests' ? `${path}?tab=waiting&q=danh+sach` : path)
    seen[role] = PLACES.filter((place) => html.includes(links[place]))
  }
  expect(seen).toEqual({
    ...{ department: ['department'], agency: ['agency', 'department'], other: ['other'] },
    ...{ 'it-staff': PLACES, auditor: PLACES },
  })
})

/** Every method and path that a router answers to, those of routers within it too. */
function doorsOf(router: Router): string[] {
  return router.stack.flatMap((layer) => {
    const { route } = layer
    if (route) return route.stack.map((handler) => `${handler.method} ${route.path}`)
    const inner = layer.handle as Partial<Router>
    return inner.stack ? doorsOf(inner as Router) : []
  })
}

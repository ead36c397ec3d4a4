import type { LetterTexts } from './letter-words.ts'

const letter = (subject: string, greeting: string, ...paragraphs: readonly string[]) => ({
  subject,
  text: [
    greeting,
    ...paragraphs,
    'Nobody, administrators included, may ask for a password.',
    'Yours sincerely,\n{co_quan}',
    'This is an automatic message; please do not reply. Support: {dien_thoai}, {email_ho_tro}.',
  ].join('\n\n'),
})
const dear = 'Dear {ho_ten},'

/** The letters as the product brings them; IT staff may write them anew. */
export const lettersEn: LetterTexts = {
  confirm: letter(
    'Your confirmation code: {ma_xac_nhan}',
    'Hello,',
    'Your code to ask for an official mailbox is {ma_xac_nhan}, valid until {han}.',
    'If this was not you, ignore this message; nothing is created.',
  ),
  received: letter(
    'Request {ma} received',
    dear,
    '{don_vi} received your request at {luc_gui} and answers by {han_tra_loi}.',
    'Follow it: {lien_ket}',
  ),
  asked: letter(
    'Request {ma} received',
    dear,
    '{don_vi} received your request at {luc_gui} and answers by {han_tra_loi}.',
    '{loai}: {ten}',
    'Follow it: {lien_ket}',
  ),
  carried: letter(
    'Request {ma} approved',
    dear,
    'Your request was approved and is being done, usually within minutes.',
    '{loai}: {ten}',
    'See: {lien_ket}',
  ),
  returned: letter(
    'Request {ma} needs more',
    dear,
    '{don_vi} needs the following: “{noi_dung}”',
    'Please complete it by {han}: {lien_ket}',
    'What you entered is kept.',
  ),
  approved: letter(
    'Request {ma} approved: activate your mailbox',
    dear,
    '{don_vi} approved your request on {ngay_duyet}. Your address: {dia_chi}',
    'Set a password to activate it: {lien_ket}',
    'The link works once, until {han}; after that the mailbox is locked until your unit issues a new link.',
  ),
  'approved-slip': letter(
    'Request {ma} approved',
    dear,
    '{don_vi} approved your request on {ngay_duyet}. Your address: {dia_chi}',
    'Please fetch the hand-over slip at your unit; the code on it activates the mailbox.',
  ),
  link: letter(
    'A new link to activate {dia_chi}',
    dear,
    'Set a password to activate {dia_chi}: {lien_ket}',
    'The link works once, until {han}. Earlier links and slips no longer work.',
  ),
  reset: letter(
    'A new password for {dia_chi}',
    dear,
    'Somebody reported that the password of {dia_chi} was forgotten. Choose a new one: {lien_ket}',
    'The link works once and until {han}. If it was not you, ignore this letter; the present password stays as it is.',
  ),
  'reset-slip': letter(
    'A slip for a new password of {dia_chi} was printed',
    dear,
    'At {luc} {nguoi_in} printed a slip for a new password of the mailbox {dia_chi}, to be handed to you.',
    'If you did not ask for it, call {dien_thoai} at once.',
  ),
  'password-changed': letter(
    'The password of {dia_chi} was changed',
    dear,
    'The password of {dia_chi} was changed at {luc}; sessions that were open have ended.',
    'If it was not you, call {dien_thoai} at once.',
  ),
  rejected: letter(
    'Result of request {ma}',
    dear,
    '{don_vi} did not approve your request. Reason: “{ly_do}”',
    'Questions: {co_quan}, {dien_thoai}. You may send a new request if something changes.',
  ),
  ready: letter(
    'Mailbox {dia_chi} is in use',
    dear,
    '{dia_chi} was activated at {luc_kich_hoat}. See your account and how to set up phone and computer at {lien_ket}',
    'If this was not you, call {dien_thoai} at once.',
  ),
  transferred: letter(
    'Mailbox {dia_chi} and your new unit',
    dear,
    'From {ngay_hieu_luc} you serve in {don_vi_moi} as {chuc_vu}, before in {don_vi_cu}. The address {dia_chi}, password and mail stay as they are.',
    'Rights and shared mailboxes of the former unit have ended; the new unit gives what is needed. See {lien_ket}',
  ),
  leaving: letter(
    'Your mailbox {dia_chi} when you leave',
    dear,
    'From {ngay_ngung} sign-in stops{can_cu}.',
    'Mail is kept until {luu_den}, then archived, and deleted from the mailbox on {ngay_xoa}. The address {dia_chi} is never given to anyone else.',
    'Your unit names who takes over official mail. If you need letters again while they are kept, ask your unit.',
  ),
  merged: letter(
    'Mailbox {dia_chi} and the address {dia_chi_cu}',
    dear,
    'Two records of you were merged into one. The mailbox {dia_chi} goes on as before; mail to {dia_chi_cu} arrives there from now on.',
    'Former mail at {dia_chi_cu} is kept until {luu_den}; if you need it, ask {email_ho_tro}. If this is not your address, call {dien_thoai} at once.',
  ),
  idle: letter(
    'Mailbox {dia_chi} has not been used for long',
    dear,
    'Nobody has signed in to {dia_chi} since {ngay_dung_cuoi}. If it stays unused, sign-in stops on {ngay_khoa}; mail still arrives and is kept.',
    'To go on using it, sign in to the mailbox before that day. If you are on a long leave, tell your unit administrator, so that it is exempt. Once stopped, your unit administrator unlocks it.',
  ),
  review: letter(
    '{nhac}Confirm the list of mailboxes before {han}',
    dear,
    'Please confirm the lists of people with a mailbox in your units before {han}: {so_nguoi} people, {so_con_lai} not answered for yet.',
    'The lists: {lien_ket}',
  ),
  reorganised: letter(
    'Reorganisation of units',
    dear,
    'From {ngay_hieu_luc} {don_vi_cu} belongs to {don_vi_moi}.',
    'Your address: {dia_chi}. {ve_dia_chi} The mailbox and its mail stay as they are; there is nothing that you need to do.',
  ),
  already: letter(
    'A second mailbox was asked for',
    dear,
    'At {luc_de_nghi} somebody asked for an official mailbox with your name and identification number. You have the mailbox {dia_chi}, so no second one is made.',
    'If you cannot sign in, contact your unit administrator. If you did not send that request, tell support.',
  ),
  waiting: letter(
    '{so_de_nghi} waiting, {so_qua_han} overdue',
    dear,
    '{danh_sach}',
    'Handle them at {lien_ket}',
    '{chuyen_len}',
  ),
  deputy: letter(
    'Deputy of {nguoi_duoc_thay} from {tu_ngay}',
    dear,
    'From {tu_ngay} to {den_ngay}, both included, you decide about requests as deputy of {nguoi_duoc_thay}. Each decision is logged under your name and theirs.',
    'What waits: {lien_ket}',
    'If you cannot do it, tell {nguoi_duoc_thay} or the support.',
  ),
  reconciled: letter('Reconciliation no. {so_lan}: {ket_luan}', dear, '{ket_qua}', 'See: {lien_ket}'),
  anchor: letter(
    'Congvu’s audit log up to entry {so_muc}',
    'To operations,',
    'The newest entry of the audit chain at {luc} is {so_muc}, its check code:\n{ma_kiem_chung}',
    'Keep this message: if the log is ever shorter than that, its tail was cut.',
  ),
}

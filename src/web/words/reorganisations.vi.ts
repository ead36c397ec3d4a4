/** Texts of reorganisations of units: plans, their faults, previews, the document and the history. */
export const reorganisationsVi = {
  history: {
    'unit-reorganised': 'Đổi đơn vị theo sắp xếp',
    'unit-restored': 'Trở lại đơn vị cũ do hoàn tác sắp xếp',
  },
  audit: {
    'unit.ended': 'Kết thúc đơn vị',
    'unit.taken-back': 'Hoàn tác đơn vị',
    'account.unit-reorganised': 'Đổi đơn vị theo sắp xếp',
    'account.unit-restored': 'Trở lại đơn vị cũ',
    'account.unit-mailbox-changed': 'Đổi hộp thư đơn vị theo sắp xếp',
    'account.unit-mailbox-restored': 'Trả lại hộp thư đơn vị',
    'request.rehomed': 'Chuyển đề nghị sang đơn vị mới',
    'reorganisation.created': 'Lập phương án sắp xếp',
    'reorganisation.head-changed': 'Sửa thông tin phương án',
    'reorganisation.rows-replaced': 'Thay phương án bằng tệp',
    'reorganisation.steps-added': 'Thêm việc vào phương án',
    'reorganisation.step-removed': 'Bỏ việc khỏi phương án',
    'reorganisation.rules-added': 'Thêm cách phân người',
    'reorganisation.rule-removed': 'Bỏ cách phân người',
    'reorganisation.seat-added': 'Thêm quản trị đơn vị mới',
    'reorganisation.seat-removed': 'Bỏ quản trị đơn vị mới',
    'reorganisation.scheduled': 'Chốt phương án sắp xếp',
    'reorganisation.withdraw': 'Đưa phương án về bản thảo',
    'reorganisation.cancel': 'Hủy phương án sắp xếp',
    'reorganisation.blocked': 'Phương án không thực hiện được trong ngày',
    'reorganisation.started': 'Bắt đầu sắp xếp đơn vị',
    'reorganisation.applied': 'Sắp xếp xong đơn vị',
    'reorganisation.reverse': 'Hoàn tác sắp xếp đơn vị',
    'reorganisation.reversed': 'Đã hoàn tác sắp xếp đơn vị',
  },
}
export type ReorganisationsWords = typeof reorganisationsVi

/** Texts of an account's life: what happened, and what cannot be. */
export const lifeVi = {
  history: {
    suspended: 'Tạm ngừng',
    'on-leave': 'Nghỉ dài ngày',
    'idle-locked': 'Ngừng đăng nhập vì không sử dụng',
    'came-back': 'Hoạt động trở lại',
    left: 'Thôi sử dụng, lưu giữ thư',
    'kept-until': 'Đổi ngày lưu giữ',
    archived: 'Lưu trữ hộp thư, ngừng nhận thư',
    deleted: 'Xóa khỏi các hệ thống',
    'taken-back': 'Rút lại việc cấp tài khoản',
    buried: 'Hết hạn khôi phục, xóa hẳn',
    recovered: 'Khôi phục',
    held: 'Giữ theo yêu cầu pháp lý',
    'hold-released': 'Thôi giữ theo yêu cầu pháp lý',
    'archive-verified': 'Bản lưu trữ đã được đếm lại',
    restored: 'Đã đưa thư từ bản lưu trữ về hộp thư',
    'archive-discarded': 'Đã xóa bản lưu trữ',
  },
}

/** Texts of the mailboxes that people hold together, and of changes of an account. */
export const sharedVi = {
  refusals: {
    'unknown-holder': 'Người dùng hộp thư phải có hộp thư cá nhân.',
    'not-own-address': 'Địa chỉ này không thuộc tài khoản.',
    'primary-address': 'Đây là địa chỉ chính, không bỏ được.',
    'not-allowed': 'Địa chỉ này không đặt được: từ dành riêng, hoặc sai quy định về độ dài và ký tự.',
  },
  history: {
    'holder-added': 'Thêm người dùng hộp thư',
    'holder-changed': 'Đổi quyền của người dùng hộp thư',
    'holder-removed': 'Bỏ người dùng hộp thư',
    'holding-begun': 'Được dùng hộp thư chung',
    'holding-changed': 'Đổi quyền dùng hộp thư chung',
    'holding-ended': 'Thôi dùng hộp thư chung',
    renamed: 'Đổi tên, tên trước là',
    'position-changed': 'Đổi chức vụ',
    'address-changed': 'Đổi địa chỉ chính',
    'alias-added': 'Thêm địa chỉ phụ',
    'alias-removed': 'Bỏ địa chỉ phụ',
    'quota-changed': 'Đổi dung lượng',
  },
}

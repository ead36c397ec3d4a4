/** Texts of distribution lists. */
export const listsVi = {
  refusals: {
    'unknown-list': 'Không có danh sách thư này.',
    'unknown-member': 'Trong danh sách có người không có hộp thư.',
    'unknown-poster': 'Người được gửi phải có hộp thư.',
    'named-not-offered': 'Máy chủ thư ở đây chưa giới hạn được theo tên người gửi.',
  },
}

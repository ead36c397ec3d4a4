/** Names as they are common in Vietnam, so that searches and proposals meet lifelike namesakes. */
export const SURNAMES = [
  'Nguyễn',
  'Trần',
  'Lê',
  'Phạm',
  'Hoàng',
  'Vũ',
  'Đặng',
  'Bùi',
  'Đỗ',
  'Ngô',
  'Dương',
  'Lý',
  'Phan',
  'Đinh',
  'Trịnh',
  'Mai',
]
export const MIDDLES = [
  'Văn',
  'Thị',
  'Đức',
  'Minh',
  'Thị Thu',
  'Quang',
  'Ngọc',
  'Hữu',
  'Thanh',
  'Xuân',
  'Thị Hồng',
  'Công',
]
export const GIVENS = [
  ...[
    'An',
    'Bình',
    'Chi',
    'Dũng',
    'Giang',
    'Hà',
    'Hải',
    'Hạnh',
    'Hiếu',
    'Hoa',
    'Hùng',
    'Hương',
    'Khánh',
    'Lan',
    'Linh',
  ],
  ...[
    'Long',
    'Mai',
    'Nam',
    'Nga',
    'Phong',
    'Phương',
    'Quân',
    'Sơn',
    'Thảo',
    'Thắng',
    'Trang',
    'Tuấn',
    'Tùng',
    'Uyên',
    'Yến',
  ],
]

const at = (list: readonly string[], n: number): string => list[n % list.length] ?? ''

/** The n-th name; the first 5,760 differ. */
export const fullName = (n: number): string =>
  [
    at(SURNAMES, n),
    at(MIDDLES, Math.floor(n / SURNAMES.length)),
    at(GIVENS, Math.floor(n / (SURNAMES.length * MIDDLES.length)) + n),
  ].join(' ')

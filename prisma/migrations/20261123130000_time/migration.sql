-- Working days as dated data, the morning's digest, and where an overdue request was passed on to.

CREATE TABLE "holiday" (
    "day" DATE NOT NULL,
    "name" TEXT NOT NULL,
    "kind" TEXT NOT NULL,

    CONSTRAINT "holiday_pkey" PRIMARY KEY ("day")
);
ALTER TABLE holiday ADD CONSTRAINT holiday_kind CHECK (kind IN ('off', 'working'));

CREATE TABLE "holiday_year" (
    "year" INTEGER NOT NULL,
    "complete_at" TIMESTAMPTZ NOT NULL,
    "by_name" TEXT NOT NULL,

    CONSTRAINT "holiday_year_pkey" PRIMARY KEY ("year")
);

CREATE TABLE "digest" (
    "day" DATE NOT NULL,
    "sent_at" TIMESTAMPTZ NOT NULL,
    "letters" INTEGER NOT NULL,

    CONSTRAINT "digest_pkey" PRIMARY KEY ("day")
);

ALTER TABLE "request" ADD COLUMN "escalated_at" TIMESTAMPTZ, ADD COLUMN "escalated_to" UUID;

-- The days off of 2026 by the law and the lunar calendar, and of 2027 those whose date is fixed. Neither year is confirmed
-- as complete: that is said by whoever has read the year's announcement (docs/decisions/0008-working-days.md).
INSERT INTO holiday (day, name, kind) VALUES
  ('2026-01-01', 'Tết Dương lịch', 'off'),
  ('2026-02-16', 'Tết Nguyên đán Bính Ngọ (29 tháng Chạp)', 'off'),
  ('2026-02-17', 'Tết Nguyên đán Bính Ngọ (mùng 1)', 'off'),
  ('2026-02-18', 'Tết Nguyên đán Bính Ngọ (mùng 2)', 'off'),
  ('2026-02-19', 'Tết Nguyên đán Bính Ngọ (mùng 3)', 'off'),
  ('2026-02-20', 'Tết Nguyên đán Bính Ngọ (mùng 4)', 'off'),
  ('2026-04-26', 'Giỗ Tổ Hùng Vương (10/3 âm lịch)', 'off'),
  ('2026-04-27', 'Nghỉ bù Giỗ Tổ Hùng Vương', 'off'),
  ('2026-04-30', 'Ngày Giải phóng miền Nam, thống nhất đất nước', 'off'),
  ('2026-05-01', 'Ngày Quốc tế Lao động', 'off'),
  ('2026-09-01', 'Quốc khánh (nghỉ thêm một ngày)', 'off'),
  ('2026-09-02', 'Quốc khánh', 'off'),
  ('2027-01-01', 'Tết Dương lịch', 'off'),
  ('2027-04-30', 'Ngày Giải phóng miền Nam, thống nhất đất nước', 'off'),
  ('2027-05-01', 'Ngày Quốc tế Lao động', 'off'),
  ('2027-09-02', 'Quốc khánh', 'off');

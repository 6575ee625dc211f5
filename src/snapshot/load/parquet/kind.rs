//! What the values of a column are read as, from how they are stored and what that means.

use parquet::basic::{ConvertedType, LogicalType, TimeUnit, Type as Physical};
use parquet::schema::types::Type;

use super::flaw::Flaw;

/// The unit of times.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Unit {
    Millis,
    Micros,
    Nanos,
}

impl Unit {
    fn of(unit: TimeUnit) -> Unit {
        match unit {
            TimeUnit::MILLIS => Unit::Millis,
            TimeUnit::MICROS => Unit::Micros,
            TimeUnit::NANOS => Unit::Nanos,
        }
    }

    pub(super) fn in_a_second(self) -> i64 {
        match self {
            Unit::Millis => 1_000,
            Unit::Micros => 1_000_000,
            Unit::Nanos => 1_000_000_000,
        }
    }
}

/// What a file says that values mean.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Annotation {
    None,
    Text,
    Decimal(i32),
    Date,
    Time(Unit),
    Moment {
        unit: Unit,
        utc: bool,
    },
    Whole {
        signed: bool,
    },
    Uuid,
    /// Something that no table of receivables has.
    Other,
}

/// What a value is read as.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Text,
    Uuid,
    Flag,
    Whole,
    Unsigned32,
    Unsigned64,
    Single,
    Double,
    /// With so many decimals.
    Decimal(u32),
    Date,
    Time(Unit),
    Moment {
        unit: Unit,
        utc: bool,
    },
}

/// More decimals than any number of the usual 38 digits has.
const DECIMALS: u32 = 38;

impl Kind {
    /// What the values of a column without lists and groups are read as.
    pub(super) fn of(field: &Type) -> Result<Kind, Flaw> {
        use {Annotation as A, Physical as P};
        let length = match field {
            Type::PrimitiveType { type_length, .. } => *type_length,
            Type::GroupType { .. } => 0,
        };
        Ok(match (field.get_physical_type(), Annotation::of(field)) {
            (P::BOOLEAN, A::None) => Kind::Flag,
            (P::INT32 | P::INT64, A::None | A::Whole { signed: true }) => Kind::Whole,
            (P::INT32, A::Whole { signed: false }) => Kind::Unsigned32,
            (P::INT64, A::Whole { signed: false }) => Kind::Unsigned64,
            (P::FLOAT, A::None) => Kind::Single,
            (P::DOUBLE, A::None) => Kind::Double,
            (P::BYTE_ARRAY | P::FIXED_LEN_BYTE_ARRAY, A::None | A::Text) => Kind::Text,
            (P::FIXED_LEN_BYTE_ARRAY, A::Uuid) if length == 16 => Kind::Uuid,
            (P::INT32 | P::INT64 | P::BYTE_ARRAY | P::FIXED_LEN_BYTE_ARRAY, A::Decimal(scale)) => {
                match u32::try_from(scale) {
                    Ok(scale @ ..=DECIMALS) => Kind::Decimal(scale),
                    _ => return Err(Flaw::damaged("it has decimals beyond number")),
                }
            }
            (P::INT32, A::Date) => Kind::Date,
            (P::INT32 | P::INT64, A::Time(unit)) => Kind::Time(unit),
            (P::INT64, A::Moment { unit, utc }) => Kind::Moment { unit, utc },
            (P::INT96, _) => return Err(int96()),
            _ => {
                return Err(Flaw::Unread(
                    String::from("holds values of a type that no table has"),
                    "write them as texts, numbers, dates, times or truth values",
                ));
            }
        })
    }
}

/// Why times in the old form are not read.
pub(super) fn int96() -> Flaw {
    Flaw::Unread(
        String::from("holds times as INT96, which do not say whether they are in UTC"),
        "write them as DATE or TIMESTAMP (in Spark: `spark.sql.parquet.outputTimestampType`, `TIMESTAMP_MICROS`)",
    )
}

impl Annotation {
    fn of(field: &Type) -> Annotation {
        let info = field.get_basic_info();
        match info.logical_type_ref() {
            Some(logical) => Annotation::logical(logical),
            None => Annotation::converted(info.converted_type(), field.get_scale()),
        }
    }

    /// The meaning that a type of the newer form gives to values.
    fn logical(logical: &LogicalType) -> Annotation {
        match logical {
            LogicalType::String | LogicalType::Enum | LogicalType::Json => Annotation::Text,
            LogicalType::Decimal(decimal) => Annotation::Decimal(decimal.scale),
            LogicalType::Date => Annotation::Date,
            LogicalType::Time(time) => Annotation::Time(Unit::of(time.unit)),
            LogicalType::Timestamp(time) => {
                Annotation::Moment { unit: Unit::of(time.unit), utc: time.is_adjusted_to_u_t_c }
            }
            LogicalType::Integer(whole) => Annotation::Whole { signed: whole.is_signed },
            LogicalType::Unknown => Annotation::None,
            LogicalType::Uuid => Annotation::Uuid,
            _ => Annotation::Other,
        }
    }

    /// The meaning that a type of the older form gives to values.
    fn converted(converted: ConvertedType, scale: i32) -> Annotation {
        use ConvertedType as C;
        match converted {
            C::NONE => Annotation::None,
            C::UTF8 | C::ENUM | C::JSON => Annotation::Text,
            C::DECIMAL => Annotation::Decimal(scale),
            C::DATE => Annotation::Date,
            C::TIME_MILLIS => Annotation::Time(Unit::Millis),
            C::TIME_MICROS => Annotation::Time(Unit::Micros),
            C::TIMESTAMP_MILLIS => Annotation::Moment { unit: Unit::Millis, utc: true },
            C::TIMESTAMP_MICROS => Annotation::Moment { unit: Unit::Micros, utc: true },
            C::UINT_8 | C::UINT_16 | C::UINT_32 | C::UINT_64 => Annotation::Whole { signed: false },
            C::INT_8 | C::INT_16 | C::INT_32 | C::INT_64 => Annotation::Whole { signed: true },
            _ => Annotation::Other,
        }
    }
}

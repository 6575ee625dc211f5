//! Amounts of money: exact, in minor units of a named currency.

use std::fmt;
use std::str::FromStr;

use serde::{Serialize, Serializer};

/// An ISO 4217 currency code.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Currency {
    code: [u8; 3],
    decimals: u8,
}

/// The codes in circulation (ISO 4217, list one), those without two decimals apart.
const TWO_DECIMALS: &str = "AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BMD BND BOB BRL BSD BTN BWP \
    BYN BZD CAD CDF CHF CNY COP CRC CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GTQ GYD \
    HKD HNL HTG HUF IDR ILS INR IRR JMD KES KGS KHR KPW KYD KZT LAK LBP LKR LRD LSL MAD MDL MGA MKD MMK MNT MOP \
    MRU MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD PAB PEN PGK PHP PKR PLN QAR RON RSD RUB SAR SBD SCR SDG \
    SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TOP TRY TTD TWD TZS UAH USD UYU UZS VED VES WST XCD \
    YER ZAR ZMW ZWG";
const NO_DECIMALS: &str = "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX VND VUV XAF XOF XPF";
const THREE_DECIMALS: &str = "BHD IQD JOD KWD LYD OMR TND";

impl Currency {
    /// The euro.
    pub const EUR: Currency = Currency { code: *b"EUR", decimals: 2 };

    /// The three letters.
    #[must_use]
    pub fn code(&self) -> &str {
        std::str::from_utf8(&self.code).unwrap_or("???")
    }

    /// How many decimals an amount has (ISO 4217 minor unit).
    #[must_use]
    pub fn exponent(self) -> u32 {
        u32::from(self.decimals)
    }

    /// All known codes.
    pub fn known() -> impl Iterator<Item = &'static str> {
        [TWO_DECIMALS, NO_DECIMALS, THREE_DECIMALS].into_iter().flat_map(str::split_ascii_whitespace)
    }
}

impl FromStr for Currency {
    type Err = ();

    /// Reads a code in capitals; anything that is not a currency in circulation is refused.
    fn from_str(text: &str) -> Result<Currency, ()> {
        let code = text.as_bytes().try_into().map_err(|_| ())?;
        let lists = [(TWO_DECIMALS, 2), (NO_DECIMALS, 0), (THREE_DECIMALS, 3)];
        let listed = |(codes, _): &(&str, u8)| codes.split_ascii_whitespace().any(|known| known == text);
        let (_, decimals) = lists.into_iter().find(listed).ok_or(())?;
        Ok(Currency { code, decimals })
    }
}

impl fmt::Display for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

impl fmt::Debug for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

impl Serialize for Currency {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.code())
    }
}

/// An amount in minor units (cents) of one currency.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Money {
    /// Minor units; negative for what is owed to the customer.
    pub minor: i64,
    /// The currency, which fixes the number of decimals.
    pub currency: Currency,
}

impl Money {
    /// An amount in minor units.
    #[must_use]
    pub fn new(minor: i64, currency: Currency) -> Money {
        Money { minor, currency }
    }

    /// The amount as a decimal number with the currency's decimals and a point, such as `1200.00`.
    #[must_use]
    pub fn decimal(self) -> String {
        let exponent = self.currency.exponent() as usize;
        let digits = self.minor.unsigned_abs().to_string();
        let mut text = String::with_capacity(digits.len() + exponent + 2);
        if self.minor < 0 {
            text.push('-');
        }
        // At least one digit stands before the point.
        text.extend(std::iter::repeat_n('0', (exponent + 1).saturating_sub(digits.len())));
        text.push_str(&digits);
        if exponent > 0 {
            text.insert(text.len() - exponent, '.');
        }
        text
    }

    /// The amount with spaces between thousands and its code, such as `61 240.10 EUR`.
    #[must_use]
    pub fn grouped(self) -> String {
        let plain = self.decimal();
        let (whole, fraction) = plain.split_at(plain.find('.').unwrap_or(plain.len()));
        let (sign, digits) = whole.split_at(usize::from(whole.starts_with('-')));
        let mut grouped = String::with_capacity(plain.len() + digits.len() / 3 + 4);
        grouped.push_str(sign);
        // The first group has what the others leave.
        let (first, others) = digits.split_at((digits.len() + 2) % 3 + 1);
        grouped.push_str(first);
        for at in (0..others.len()).step_by(3) {
            grouped.push(' ');
            grouped.push_str(&others[at..at + 3]);
        }
        grouped.push_str(fraction);
        grouped.push(' ');
        grouped.push_str(self.currency.code());
        grouped
    }
}

impl fmt::Display for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.decimal(), self.currency)
    }
}

impl fmt::Debug for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}

/// How amounts are written in a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NumberFormat {
    /// What stands before the decimals.
    pub decimal: char,
}

impl Default for NumberFormat {
    fn default() -> NumberFormat {
        NumberFormat { decimal: '.' }
    }
}

/// Why a text is not an amount.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum AmountError {
    /// Something that is neither digit, sign nor separator, or nothing at all.
    #[error("it is not a number")]
    NotANumber,
    /// More decimals than the currency has.
    #[error("it has more decimals than the currency")]
    TooPrecise,
    /// Beyond 92 quadrillion minor units.
    #[error("it is too large")]
    TooLarge,
    /// Separators that do not stand between groups of three digits.
    #[error("its thousands separators do not stand between groups of three digits")]
    BadGroups,
}

impl NumberFormat {
    /// Whether a character may stand between thousands in this format.
    fn separates(self, c: char) -> bool {
        matches!(c, ' ' | '\u{a0}' | '\u{202f}' | '\'' | '’' | '_')
            || (c != self.decimal && matches!(c, ',' | '.'))
    }

    /// Reads an amount into minor units.
    ///
    /// # Errors
    /// When the text is no number, has more non-zero decimals than `exponent`, or does not fit.
    pub fn parse(self, text: &str, exponent: u32) -> Result<i64, AmountError> {
        let text = text.trim();
        let (negative, digits) = match text.strip_prefix('-').or_else(|| text.strip_prefix('−')) {
            Some(rest) => (true, rest),
            None => (false, text.strip_prefix('+').unwrap_or(text)),
        };
        let (whole, fraction) = digits.split_once(self.decimal).unwrap_or((digits, ""));
        let units = self.whole(whole)?;
        let scale = 10_i64.pow(exponent);
        let minor = units
            .checked_mul(scale)
            .and_then(|units| units.checked_add(fraction_units(fraction, exponent).ok()?))
            .ok_or(AmountError::TooLarge);
        fraction_units(fraction, exponent)?;
        minor.map(|minor| if negative { -minor } else { minor })
    }

    fn whole(self, text: &str) -> Result<i64, AmountError> {
        let mut units: i64 = 0;
        let mut since_separator: Option<u32> = None;
        let mut digits = 0;
        for c in text.chars() {
            if let Some(digit) = c.to_digit(10) {
                digits += 1;
                since_separator = since_separator.map(|n| n + 1);
                units = units
                    .checked_mul(10)
                    .and_then(|units| units.checked_add(i64::from(digit)))
                    .ok_or(AmountError::TooLarge)?;
            } else if self.separates(c) && digits > 0 {
                match since_separator {
                    Some(n) if n != 3 => return Err(AmountError::BadGroups),
                    None if digits > 3 => return Err(AmountError::BadGroups),
                    _ => since_separator = Some(0),
                }
            } else {
                return Err(AmountError::NotANumber);
            }
        }
        match since_separator {
            _ if digits == 0 => Err(AmountError::NotANumber),
            Some(n) if n != 3 => Err(AmountError::BadGroups),
            _ => Ok(units),
        }
    }
}

/// The decimals of an amount as minor units; zeros beyond the currency's decimals are fine.
fn fraction_units(text: &str, exponent: u32) -> Result<i64, AmountError> {
    let mut minor = 0;
    for at in 0..text.len().max(exponent as usize) {
        let digit = match text.as_bytes().get(at) {
            None => 0,
            Some(byte) if byte.is_ascii_digit() => i64::from(byte - b'0'),
            Some(_) => return Err(AmountError::NotANumber),
        };
        match (at < exponent as usize, digit) {
            (true, _) => minor = minor * 10 + digit,
            (false, 0) => {}
            (false, _) => return Err(AmountError::TooPrecise),
        }
    }
    Ok(minor)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<i64, AmountError> {
        NumberFormat::default().parse(text, 2)
    }

    #[test]
    fn reads_amounts_exactly() {
        assert_eq!(read("1200"), Ok(120_000));
        assert_eq!(read("0.1"), Ok(10));
        assert_eq!(read("-12.340"), Ok(-1234));
        assert_eq!(read("1,020.00"), Ok(102_000));
        assert_eq!(read("92233720368547758.07"), Ok(i64::MAX));
    }

    #[test]
    fn reads_a_decimal_comma_and_spaces_between_thousands() {
        let french = NumberFormat { decimal: ',' };
        assert_eq!(french.parse("1 234,50", 2), Ok(123_450));
        assert_eq!(french.parse("1\u{202f}234,5", 2), Ok(123_450));
        assert_eq!(french.parse("1.234,50", 2), Ok(123_450));
    }

    #[test]
    fn refuses_what_it_would_have_to_guess() {
        assert_eq!(read(""), Err(AmountError::NotANumber));
        assert_eq!(read("1.2.3"), Err(AmountError::NotANumber));
        assert_eq!(read("12,5"), Err(AmountError::BadGroups));
        assert_eq!(read("1.005"), Err(AmountError::TooPrecise));
        assert_eq!(read("92233720368547758.08"), Err(AmountError::TooLarge));
        assert_eq!(read("12 EUR"), Err(AmountError::NotANumber));
    }

    #[test]
    fn writes_the_currencys_decimals() {
        let yen: Currency = "JPY".parse().unwrap();
        let dinar: Currency = "KWD".parse().unwrap();
        assert_eq!(Money::new(6_124_010, Currency::EUR).grouped(), "61 240.10 EUR");
        assert_eq!(Money::new(-5, Currency::EUR).to_string(), "-0.05 EUR");
        assert_eq!(Money::new(1200, yen).to_string(), "1200 JPY");
        assert_eq!(Money::new(1200, dinar).to_string(), "1.200 KWD");
        assert_eq!("EURO".parse::<Currency>(), Err(()));
    }
}

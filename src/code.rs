//! The stable names of everything that can be found in policies, templates and data.
//!
//! A name that is not in this catalogue cannot be reported, and each has a section in `docs/diagnostics.md`.

use std::fmt;

use serde::{Serialize, Serializer};

/// What a finding is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum About {
    /// The policy file and the files that it names.
    Policy,
    /// Message templates.
    Template,
    /// Tables, ledger and their mapping.
    Data,
    /// Policies that are legal and can hardly mean what their author wants.
    Lint,
}

macro_rules! codes {
    ($($about:ident { $($variant:ident $word:literal;)* })*) => {
        /// The stable name of a kind of finding.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum Code { $($(#[doc = concat!("`", $word, "`")] $variant,)*)* }

        impl Code {
            /// All of them, in the order of the reference.
            pub const ALL: &'static [Code] = &[$($(Code::$variant,)*)*];

            /// The name that people and programs read, such as `unknown-name`.
            #[must_use]
            pub fn word(self) -> &'static str {
                match self { $($(Code::$variant => $word,)*)* }
            }

            /// What it is about.
            #[must_use]
            pub fn about(self) -> About {
                match self { $($(Code::$variant => About::$about,)*)* }
            }
        }
    };
}

codes! {
    Policy {
        ActionSpelling "action-spelling";
        AfterOtherwise "after-otherwise";
        AllowError "allow-error";
        AllowWithoutReason "allow-without-reason";
        AmountNotPlain "amount-not-plain";
        AnchorNotForLadder "anchor-not-for-ladder";
        AndWithOr "and-with-or";
        BadAddress "bad-address";
        BadAmount "bad-amount";
        BadHolidayFile "bad-holiday-file";
        BadInterestRate "bad-interest-rate";
        BadNumber "bad-number";
        BadRate "bad-rate";
        BracketNotUsed "bracket-not-used";
        CarveOutSpelling "carve-out-spelling";
        CarveOutWithoutWhen "carve-out-without-when";
        CommaMissing "comma-missing";
        CommentNotHash "comment-not-hash";
        ConditionNotPlain "condition-not-plain";
        ConfusableName "confusable-name";
        ContactUnderHold "contact-under-hold";
        DashNotPlain "dash-not-plain";
        DateNotIso "date-not-iso";
        DuplicateKey "duplicate-key";
        DuplicateName "duplicate-name";
        DuplicateSetting "duplicate-setting";
        EmptyRange "empty-range";
        FieldWithoutSubject "field-without-subject";
        FileNotRead "file-not-read";
        FileTooLarge "file-too-large";
        HeaderNotPlain "header-not-plain";
        HiddenCharacter "hidden-character";
        LineMark "line-mark";
        Misplaced "misplaced";
        MomentNotPlain "moment-not-plain";
        NameNotPlain "name-not-plain";
        NestedTooDeep "nested-too-deep";
        NeverOpen "never-open";
        NoCurrency "no-currency";
        NoPolicyBlock "no-policy-block";
        NoSegment "no-segment";
        NoSuchDay "no-such-day";
        NoSuchTime "no-such-time";
        NotSnakeCase "not-snake-case";
        NumberTooLarge "number-too-large";
        OperatorNotAWord "operator-not-a-word";
        OutOfRange "out-of-range";
        PeriodNotPlain "period-not-plain";
        QuoteNotPlain "quote-not-plain";
        RepeatInCarveOut "repeat-in-carve-out";
        ReservedWord "reserved-word";
        RestrictionNotPlain "restriction-not-plain";
        SaidTwice "said-twice";
        ScenarioIncomplete "scenario-incomplete";
        SettingNotPlain "setting-not-plain";
        SpaceInOffset "space-in-offset";
        Syntax "syntax";
        TermsNotPlain "terms-not-plain";
        TextNotQuoted "text-not-quoted";
        TwoCurrencies "two-currencies";
        TwoGeneralCalendars "two-general-calendars";
        UnknownAnchor "unknown-anchor";
        UnknownCurrency "unknown-currency";
        UnknownField "unknown-field";
        UnknownLanguageVersion "unknown-language-version";
        UnknownLine "unknown-line";
        UnknownName "unknown-name";
        UnknownOperator "unknown-operator";
        UnknownTimezone "unknown-timezone";
        UnknownValue "unknown-value";
        WrongType "wrong-type";
    }
    Template {
        TemplateAmbiguous "template-ambiguous";
        TemplateFails "template-fails";
        TemplateFileName "template-file-name";
        TemplateFrontMatter "template-front-matter";
        TemplateInclude "template-include";
        TemplateSyntax "template-syntax";
        TemplateType "template-type";
        TemplateUnknownName "template-unknown-name";
        TemplateWithoutSubject "template-without-subject";
    }
    Data {
        BadSetting "bad-setting";
        CurrencyMismatch "currency-mismatch";
        CustomerMismatch "customer-mismatch";
        DataTooLarge "data-too-large";
        DueBeforeIssue "due-before-issue";
        DuplicateColumn "duplicate-column";
        DuplicateCustomer "duplicate-customer";
        DuplicateInvoice "duplicate-invoice";
        DuplicatePayment "duplicate-payment";
        EmptyFile "empty-file";
        FormulaError "formula-error";
        IncompleteApproval "incomplete-approval";
        InvalidDocument "invalid-document";
        LedgerWithoutCustomer "ledger-without-customer";
        LedgerWithoutInvoice "ledger-without-invoice";
        MissingColumn "missing-column";
        MissingValue "missing-value";
        NoDueDate "no-due-date";
        NoInvoices "no-invoices";
        NotASnapshot "not-a-snapshot";
        Overpaid "overpaid";
        RowsDisagree "rows-disagree";
        ShortenedId "shortened-id";
        TwoFiles "two-files";
        UnclosedQuote "unclosed-quote";
        UnknownColumn "unknown-column";
        UnknownCustomer "unknown-customer";
        UnknownInvoice "unknown-invoice";
        UnknownSetting "unknown-setting";
        UnknownStep "unknown-step";
        UnmappedColumn "unmapped-column";
        UnplacedInvoice "unplaced-invoice";
        UnreadableFile "unreadable-file";
        UnreadableLine "unreadable-line";
        UnreadableParquet "unreadable-parquet";
        UnreadableText "unreadable-text";
        UnreadableValue "unreadable-value";
        UnreadableWorkbook "unreadable-workbook";
        UnusedFile "unused-file";
        WrongCellCount "wrong-cell-count";
    }
    Lint {
        ChargeToConsumer "charge-to-consumer";
        FieldWithoutData "field-without-data";
        ForbiddenStep "forbidden-step";
        LateMessageWithoutApproval "late-message-without-approval";
        LimitTooTight "limit-too-tight";
        LongSms "long-sms";
        MissingLanguage "missing-language";
        NeverHolds "never-holds";
        NoDisputeCarveOut "no-dispute-carve-out";
        NoFirstMessage "no-first-message";
        OverlappingSegments "overlapping-segments";
        RungsOutOfOrder "rungs-out-of-order";
        UnreachableCalendar "unreachable-calendar";
        UnreachableSegment "unreachable-segment";
        UnusedAllow "unused-allow";
        UnusedCadence "unused-cadence";
        UnusedField "unused-field";
        UnusedRole "unused-role";
        UnusedTemplate "unused-template";
    }
}

impl Code {
    /// The code of a name.
    #[must_use]
    pub fn named(word: &str) -> Option<Code> {
        Code::ALL.iter().copied().find(|code| code.word() == word)
    }

    /// Whether it can be a warning, which `allow` silences; the rest are errors, notes or problems of the data.
    #[must_use]
    pub fn is_warning(self) -> bool {
        self.about() == About::Lint || matches!(self, Code::TemplateFileName | Code::TemplateFrontMatter)
    }
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

/// Codes are ordered by their names, as outputs show them.
impl Ord for Code {
    fn cmp(&self, other: &Code) -> std::cmp::Ordering {
        self.word().cmp(other.word())
    }
}

impl PartialOrd for Code {
    fn partial_cmp(&self, other: &Code) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Serialize for Code {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.word())
    }
}

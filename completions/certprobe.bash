# certprobe for bash. Written from the click tree by `make completions`: not to be edited.

# What may follow a command, or an option that takes a value, by its path; false for everything else.
_certprobe_knows() {
    options=() words=() files=no
    case $1 in
        certprobe) options=(--version -h --help) words=(https ldap match verify inspect explain listen lab) ;;
        'certprobe https') options=(--path --paths-from --ntauth --cert --key --recursive --password-file --password-env --select --callback --callback-exec --callback-contract --pick --accepts --trust --policy --at --map --map-ldap --map-user --map-password-file --map-trust --revocation --crl --ocsp --fetch --offline --allow-private --connect --sni --via --tls-min --tls-max --legacy --timeout --format -v --verbose -q --quiet -h --help) ;;
        'certprobe https --path') ;;
        'certprobe https --paths-from') files=yes ;;
        'certprobe https --ntauth') files=yes ;;
        'certprobe https --cert') files=yes ;;
        'certprobe https --key') files=yes ;;
        'certprobe https --password-file') files=yes ;;
        'certprobe https --password-env') ;;
        'certprobe https --select') words=(auto none 'subject=' 'name=' 'thumbprint=') ;;
        'certprobe https --callback') files=yes ;;
        'certprobe https --callback-exec') files=yes ;;
        'certprobe https --callback-contract') words=(query-client-cert get-cert) ;;
        'certprobe https --trust') words=(system certifi none) files=yes ;;
        'certprobe https --policy') words=(base authenticode ssl basic-constraints nt-auth microsoft-root) ;;
        'certprobe https --at') ;;
        'certprobe https --map') files=yes ;;
        'certprobe https --map-ldap') ;;
        'certprobe https --map-user') ;;
        'certprobe https --map-password-file') files=yes ;;
        'certprobe https --map-trust') words=(system certifi none) files=yes ;;
        'certprobe https --revocation') words=(end-cert chain chain-exclude-root) ;;
        'certprobe https --crl') files=yes ;;
        'certprobe https --ocsp') files=yes ;;
        'certprobe https --connect') ;;
        'certprobe https --sni') words=(none) ;;
        'certprobe https --via') ;;
        'certprobe https --tls-min') words=(1.0 1.1 1.2 1.3) ;;
        'certprobe https --tls-max') words=(1.0 1.1 1.2 1.3) ;;
        'certprobe https --timeout') ;;
        'certprobe https --format') words=(text json) ;;
        'certprobe ldap') options=(--starttls --ntauth --cert --key --recursive --password-file --password-env --select --callback --callback-exec --callback-contract --pick --accepts --trust --policy --at --map --map-ldap --map-user --map-password-file --map-trust --revocation --crl --ocsp --fetch --offline --allow-private --connect --sni --via --tls-min --tls-max --legacy --timeout --format -v --verbose -q --quiet -h --help) ;;
        'certprobe ldap --ntauth') words=(directory) files=yes ;;
        'certprobe ldap --cert') files=yes ;;
        'certprobe ldap --key') files=yes ;;
        'certprobe ldap --password-file') files=yes ;;
        'certprobe ldap --password-env') ;;
        'certprobe ldap --select') words=(auto none 'subject=' 'name=' 'thumbprint=') ;;
        'certprobe ldap --callback') files=yes ;;
        'certprobe ldap --callback-exec') files=yes ;;
        'certprobe ldap --callback-contract') words=(query-client-cert get-cert) ;;
        'certprobe ldap --trust') words=(system certifi none) files=yes ;;
        'certprobe ldap --policy') words=(base authenticode ssl basic-constraints nt-auth microsoft-root) ;;
        'certprobe ldap --at') ;;
        'certprobe ldap --map') files=yes ;;
        'certprobe ldap --map-ldap') ;;
        'certprobe ldap --map-user') ;;
        'certprobe ldap --map-password-file') files=yes ;;
        'certprobe ldap --map-trust') words=(system certifi none) files=yes ;;
        'certprobe ldap --revocation') words=(end-cert chain chain-exclude-root) ;;
        'certprobe ldap --crl') files=yes ;;
        'certprobe ldap --ocsp') files=yes ;;
        'certprobe ldap --connect') ;;
        'certprobe ldap --sni') words=(none) ;;
        'certprobe ldap --via') ;;
        'certprobe ldap --tls-min') words=(1.0 1.1 1.2 1.3) ;;
        'certprobe ldap --tls-max') words=(1.0 1.1 1.2 1.3) ;;
        'certprobe ldap --timeout') ;;
        'certprobe ldap --format') words=(text json) ;;
        'certprobe match') options=(--key --recursive --password-file --password-env --like --ca-list --report --at --connect --sni --via --tls-min --tls-max --legacy --timeout --format -v --verbose -q --quiet -h --help) ;;
        'certprobe match --key') files=yes ;;
        'certprobe match --password-file') files=yes ;;
        'certprobe match --password-env') ;;
        'certprobe match --like') ;;
        'certprobe match --ca-list') files=yes ;;
        'certprobe match --report') files=yes ;;
        'certprobe match --at') ;;
        'certprobe match --connect') ;;
        'certprobe match --sni') words=(none) ;;
        'certprobe match --via') ;;
        'certprobe match --tls-min') words=(1.0 1.1 1.2 1.3) ;;
        'certprobe match --tls-max') words=(1.0 1.1 1.2 1.3) ;;
        'certprobe match --timeout') ;;
        'certprobe match --format') words=(text json) ;;
        'certprobe verify') options=(--host --usage --trust --untrusted --revocation --crl --ocsp --fetch --offline --allow-private --disallowed --trusted-people --at --policy --ntauth --initial-policy --issuance-policy --flag --profile --all-paths --password-file --password-env --format -v --verbose -q --quiet -h --help) files=yes ;;
        'certprobe verify --host') ;;
        'certprobe verify --usage') words=(server client any) ;;
        'certprobe verify --trust') words=(system certifi none) files=yes ;;
        'certprobe verify --untrusted') files=yes ;;
        'certprobe verify --revocation') words=(end-cert chain chain-exclude-root) ;;
        'certprobe verify --crl') files=yes ;;
        'certprobe verify --ocsp') files=yes ;;
        'certprobe verify --disallowed') files=yes ;;
        'certprobe verify --trusted-people') files=yes ;;
        'certprobe verify --at') ;;
        'certprobe verify --policy') words=(base authenticode ssl basic-constraints nt-auth microsoft-root) ;;
        'certprobe verify --ntauth') files=yes ;;
        'certprobe verify --initial-policy') words=(any) ;;
        'certprobe verify --issuance-policy') ;;
        'certprobe verify --flag') words=(CERT_CHAIN_POLICY_IGNORE_NOT_TIME_VALID_FLAG CERT_CHAIN_POLICY_IGNORE_CTL_NOT_TIME_VALID_FLAG CERT_CHAIN_POLICY_IGNORE_NOT_TIME_NESTED_FLAG CERT_CHAIN_POLICY_IGNORE_ALL_NOT_TIME_VALID_FLAGS CERT_CHAIN_POLICY_IGNORE_INVALID_BASIC_CONSTRAINTS_FLAG CERT_CHAIN_POLICY_ALLOW_UNKNOWN_CA_FLAG CERT_CHAIN_POLICY_IGNORE_WRONG_USAGE_FLAG CERT_CHAIN_POLICY_IGNORE_INVALID_NAME_FLAG CERT_CHAIN_POLICY_IGNORE_INVALID_POLICY_FLAG CERT_CHAIN_POLICY_IGNORE_END_REV_UNKNOWN_FLAG CERT_CHAIN_POLICY_IGNORE_CTL_SIGNER_REV_UNKNOWN_FLAG CERT_CHAIN_POLICY_IGNORE_CA_REV_UNKNOWN_FLAG CERT_CHAIN_POLICY_IGNORE_ROOT_REV_UNKNOWN_FLAG CERT_CHAIN_POLICY_IGNORE_ALL_REV_UNKNOWN_FLAGS CERT_CHAIN_POLICY_IGNORE_PEER_TRUST_FLAG CERT_CHAIN_POLICY_IGNORE_NOT_SUPPORTED_CRITICAL_EXT_FLAG CERT_CHAIN_POLICY_TRUST_TESTROOT_FLAG CERT_CHAIN_POLICY_ALLOW_TESTROOT_FLAG MICROSOFT_ROOT_CERT_CHAIN_POLICY_ENABLE_TEST_ROOT_FLAG MICROSOFT_ROOT_CERT_CHAIN_POLICY_CHECK_APPLICATION_ROOT_FLAG BASIC_CONSTRAINTS_CERT_CHAIN_POLICY_END_ENTITY_FLAG BASIC_CONSTRAINTS_CERT_CHAIN_POLICY_CA_FLAG SECURITY_FLAG_IGNORE_REVOCATION SECURITY_FLAG_IGNORE_UNKNOWN_CA SECURITY_FLAG_IGNORE_WRONG_USAGE SECURITY_FLAG_IGNORE_CERT_CN_INVALID SECURITY_FLAG_IGNORE_CERT_DATE_INVALID CERT_CHAIN_CACHE_ONLY_URL_RETRIEVAL CERT_CHAIN_RETURN_LOWER_QUALITY_CONTEXTS CERT_CHAIN_ENABLE_PEER_TRUST CERT_CHAIN_REVOCATION_CHECK_END_CERT CERT_CHAIN_REVOCATION_CHECK_CHAIN CERT_CHAIN_REVOCATION_CHECK_CHAIN_EXCLUDE_ROOT CERT_CHAIN_REVOCATION_CHECK_CACHE_ONLY CERT_CHAIN_EXCLUSIVE_ENABLE_CA_FLAG INITIAL_POLICY_MAPPING_INHIBIT INITIAL_EXPLICIT_POLICY INITIAL_ANY_POLICY_INHIBIT) ;;
        'certprobe verify --profile') words=(windows rfc5280 webpki) ;;
        'certprobe verify --password-file') files=yes ;;
        'certprobe verify --password-env') ;;
        'certprobe verify --format') words=(text json) ;;
        'certprobe inspect') options=(--recursive --password-file --password-env --at --map --map-ldap --map-user --map-password-file --map-trust --format -v --verbose -q --quiet -h --help) files=yes ;;
        'certprobe inspect --password-file') files=yes ;;
        'certprobe inspect --password-env') ;;
        'certprobe inspect --at') ;;
        'certprobe inspect --map') files=yes ;;
        'certprobe inspect --map-ldap') ;;
        'certprobe inspect --map-user') ;;
        'certprobe inspect --map-password-file') files=yes ;;
        'certprobe inspect --map-trust') words=(system certifi none) files=yes ;;
        'certprobe inspect --format') words=(text json) ;;
        'certprobe explain') options=(--format -h --help) ;;
        'certprobe explain --format') words=(text json) ;;
        'certprobe listen') options=(--like --bind --request --ca --announce --cert --key --password-file --password-env --callback --tls-min --tls-max --legacy --revocation --crl --ocsp --fetch --offline --allow-private --ntauth --at --map --map-ldap --map-user --map-password-file --map-trust --format -v --verbose -q --quiet -h --help) words=(https ldap https ldap) ;;
        'certprobe listen --like') ;;
        'certprobe listen --bind') ;;
        'certprobe listen --request') words=(always optional post-handshake per-path) ;;
        'certprobe listen --ca') files=yes ;;
        'certprobe listen --announce') words=(none) files=yes ;;
        'certprobe listen --cert') files=yes ;;
        'certprobe listen --key') files=yes ;;
        'certprobe listen --password-file') files=yes ;;
        'certprobe listen --password-env') ;;
        'certprobe listen --callback') files=yes ;;
        'certprobe listen --tls-min') words=(1.0 1.1 1.2 1.3) ;;
        'certprobe listen --tls-max') words=(1.0 1.1 1.2 1.3) ;;
        'certprobe listen --revocation') words=(end-cert chain chain-exclude-root) ;;
        'certprobe listen --crl') files=yes ;;
        'certprobe listen --ocsp') files=yes ;;
        'certprobe listen --ntauth') files=yes ;;
        'certprobe listen --at') ;;
        'certprobe listen --map') files=yes ;;
        'certprobe listen --map-ldap') ;;
        'certprobe listen --map-user') ;;
        'certprobe listen --map-password-file') files=yes ;;
        'certprobe listen --map-trust') words=(system certifi none) files=yes ;;
        'certprobe listen --format') words=(text json) ;;
        'certprobe lab') options=(-h --help) words=(demo list pki up) ;;
        'certprobe lab demo') options=(-h --help) ;;
        'certprobe lab list') options=(--format -h --help) ;;
        'certprobe lab list --format') words=(text json) ;;
        'certprobe lab pki') options=(-h --help) files=yes ;;
        'certprobe lab up') options=(-h --help) words=(https-login not-asked optional-certificate optional-but-required asked-but-optional per-path per-path-renegotiation ldaps-login starttls-login ad-port-636 unmapped-account own-subject tls-terminator ldaps-close starttls-expired-server starttls-wrong-ca starttls-unmapped-account expired-server not-yet-valid-server expired-intermediate not-yet-valid-intermediate expired-root not-yet-valid-root untrusted-root self-signed-server missing-intermediate missing-intermediate-fetched wrong-order cross-signed cross-signed-wrong-way broken-signature weak-signature tiny-key wrong-usage-server wrong-usage-ca ca-may-not-sign issuer-is-no-ca pathlen name-constraints critical-extension name-mismatch wildcard wildcard-too-deep wildcard-of-nothing address-not-named common-name-only common-name-not-looked-at sni-login sni-not-sent sni-unknown-name not-revoked revoked-by-crl revoked-by-ocsp revoked-by-staple revoked-intermediate revocation-offline no-revocation-information stale-crl stale-staple ocsp-unknown staple-try-later empty-list wrong-ca-passed-over wrong-ca no-intermediate-client listed-but-not-trusted trusted-but-not-listed 600-names cut-list wrapped-list list-too-long no-certificate expired-client not-yet-valid-client wrong-usage-client client-may-not-sign tiny-key-client expired-client-sent expired-client-alert wrong-usage-client-sent revoked-client close-without-alert foreign-client-sent) ;;
        *) return 1 ;;
    esac
}

_certprobe() {
    local line=${COMP_LINE:0:COMP_POINT} path=certprobe option= lead= piece gap cur before word files
    local -a typed=('') options words
    COMPREPLY=()

    # readline cuts words at each = and : too; pieces with no blank between them belong together.
    line=${line#*"${COMP_WORDS[0]}"}
    for piece in "${COMP_WORDS[@]:1:COMP_CWORD - 1}"; do
        gap=${line%%[![:space:]]*}
        [[ $gap ]] && typed+=('')
        typed[-1]+=$piece
        line=${line#"$gap$piece"}
    done
    gap=${line%%[![:space:]]*}
    [[ $gap ]] && typed+=('')
    cur=${typed[-1]}${line#"$gap"}
    before=${cur%"$2"}

    for word in "${typed[@]:1:${#typed[@]} - 2}"; do
        if [[ $option ]]; then
            option=
        elif _certprobe_knows "$path $word"; then
            if [[ $word == -* ]]; then option=$word; else path+=" $word"; fi
        fi
    done
    if [[ ! $option && $cur == --*=* ]]; then
        option=${cur%%=*} cur=${cur#*=} lead=$option=
    fi

    _certprobe_knows "$path${option:+ $option}" || return 0
    if [[ ! $option && $cur == -* ]]; then
        words=("${options[@]}") files=no
    fi
    for word in "${words[@]}"; do
        printf -v word %q "$word"
        [[ $word == "$cur"* ]] || continue
        word=$lead$word
        COMPREPLY+=("${word#"$before"}")
    done
    if [[ $files == yes && ! ${COMPREPLY[*]} ]]; then
        compopt -o default
    elif [[ $files == yes ]]; then
        compopt -o filenames
        mapfile -t -O "${#COMPREPLY[@]}" COMPREPLY < <(compgen -f -- "$2")
    elif [[ ${COMPREPLY[*]} == *= ]]; then
        compopt -o nospace
    fi
}

complete -F _certprobe certprobe

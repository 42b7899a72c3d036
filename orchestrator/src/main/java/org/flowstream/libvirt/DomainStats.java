package org.flowstream.libvirt;

import com.sun.jna.Pointer;
import java.util.HashMap;
import java.util.Map;

/**
 * One record of virConnectGetAllDomainStats: a domain and its numbers by name.
 *
 * @param domain owned by the list that the record is in
 */
record DomainStats(Pointer domain, Map<String, Long> numbers) {
    // struct _virDomainStatsRecord { virDomainPtr dom; virTypedParameterPtr params; int nparams; }, 64 bits.
    private static final long PARAMETERS = 8;
    private static final long COUNT = 16;

    // struct _virTypedParameter { char field[80]; int type; union { int i; unsigned long long ul; ... } value; }
    private static final long PARAMETER_SIZE = 96;
    private static final long TYPE = 80;
    private static final long VALUE = 88;
    private static final int INT = 1;
    private static final int UINT = 2;
    private static final int LLONG = 3;
    private static final int ULLONG = 4;

    static DomainStats read(Pointer record) {
        Pointer parameters = record.getPointer(PARAMETERS);
        int count = record.getInt(COUNT);
        Map<String, Long> numbers = new HashMap<>();
        for (int i = 0; i < count; i++) {
            Pointer parameter = parameters.share(i * PARAMETER_SIZE);
            String name = parameter.getString(0);
            switch (parameter.getInt(TYPE)) {
                case INT -> numbers.put(name, (long) parameter.getInt(VALUE));
                case UINT -> numbers.put(name, Integer.toUnsignedLong(parameter.getInt(VALUE)));
                case LLONG, ULLONG -> numbers.put(name, parameter.getLong(VALUE));
                default -> {
                    // Doubles, booleans and strings: none of them is asked for.
                }
            }
        }
        return new DomainStats(record.getPointer(0), Map.copyOf(numbers));
    }

    /** A number, or 0 where the driver does not tell it. */
    long number(String name) {
        return numbers.getOrDefault(name, 0L);
    }
}

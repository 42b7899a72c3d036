/** Reference tests of the domain XML: {@code src/test/resources/domain}. */
@NullMarked
package org.flowstream.domain;

import org.jspecify.annotations.NullMarked;

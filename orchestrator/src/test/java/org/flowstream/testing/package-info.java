/** Real systems of a test's own, which end with the test. */
@NullMarked
package org.flowstream.testing;

import org.jspecify.annotations.NullMarked;

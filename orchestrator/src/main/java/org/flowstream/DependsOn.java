package org.flowstream;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * The packages of its own row that a package may import from.
 *
 * <p>The rows are those of {@code docs/architecture.md}. Every package may import from earlier rows; what it needs from
 * its own row it names here, in its {@code package-info}, and the layering test holds both.
 */
@Documented
@Target(ElementType.PACKAGE)
@Retention(RetentionPolicy.CLASS)
public @interface DependsOn {
    /** Names relative to {@code org.flowstream}, such as {@code "net"}. */
    String[] value();
}

import { Global, Module, type DynamicModule, type Provider } from '@nestjs/common';

@Global()
@Module({})
class SurroundingsModule {}

/** What the other modules of a process would hand out. */
export function surroundings(
  ...provided: readonly Extract<Provider, { provide: unknown }>[]
): DynamicModule {
  return {
    module: SurroundingsModule,
    providers: [...provided],
    exports: provided.map(({ provide }) => provide),
  };
}
